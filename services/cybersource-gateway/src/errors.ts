import { defineErrors } from '@sluice/failure';

/** Everything that can go wrong in cybersource-gateway, as the error reference lists it. */
export const errors = defineErrors({
  SIGNATURE_MISSING: {
    sentence: 'The signature header is missing or not of the documented form.',
    class: 'permanent',
    httpStatus: 401,
  },
  SIGNATURE_STALE: {
    sentence: 'The signature is more than five minutes away from our clock; sign again.',
    class: 'permanent',
    httpStatus: 401,
  },
  SIGNATURE_UNKNOWN_KEY: {
    sentence: 'The key id of the signature is unknown.',
    class: 'permanent',
    httpStatus: 401,
  },
  SIGNATURE_FORGED: {
    sentence: 'The signature does not match the body.',
    class: 'permanent',
    httpStatus: 401,
  },
  IDEMPOTENCY_KEY_INVALID: {
    sentence: 'The header Idempotency-Key must hold 1 to 255 visible ASCII characters.',
    class: 'permanent',
    httpStatus: 400,
  },
  IDEMPOTENCY_KEY_REUSED: {
    sentence: 'This Idempotency-Key was used with another body; use a new key.',
    class: 'permanent',
    httpStatus: 409,
  },
  IDEMPOTENCY_IN_PROGRESS: {
    sentence: 'The first request with this Idempotency-Key is still in progress; try again soon.',
    class: 'transient',
    httpStatus: 409,
  },
  AMOUNT_NOT_POSITIVE: {
    sentence: 'The amount must be above zero.',
    class: 'permanent',
    httpStatus: 422,
  },
  PAYMENT_NOT_FOUND: {
    sentence: 'No payment with this id is known.',
    class: 'permanent',
    httpStatus: 404,
  },
  REFUND_EXCEEDS_CAPTURED: {
    sentence: 'The refund exceeds what is left of the captured amount.',
    class: 'permanent',
    httpStatus: 409,
  },
  REFUND_REFUSED: {
    sentence: 'The payment cannot be refunded.',
    class: 'permanent',
    httpStatus: 409,
  },
  REFUND_TAKEN: {
    sentence: 'The refund id was just taken for another payment; ask again.',
    class: 'transient',
    httpStatus: 409,
  },
  NOTIFICATION_INVALID: {
    sentence: 'The notification is no JSON object with an event type and a payload.',
    class: 'permanent',
    httpStatus: 400,
  },
  COMMAND_UNKNOWN_FUNCTION: {
    sentence: 'The command names a function that this gateway does not have.',
    class: 'permanent',
    httpStatus: 422,
  },
  COMMAND_INVALID: {
    sentence: 'The arguments of the command do not fit the function.',
    class: 'permanent',
    httpStatus: 422,
  },
  SETTLEMENT_REPORT_UNREADABLE: {
    sentence: 'Cybersource sent a settlement report that cannot be read.',
    class: 'permanent',
    httpStatus: 502,
  },
  SETTLEMENT_REPORT_UNAVAILABLE: {
    sentence: 'Cybersource did not hand out the settlement report; try again later.',
    class: 'transient',
    httpStatus: 503,
  },
  CYBERSOURCE_OUTCOME_UNKNOWN: {
    sentence: 'It is not known whether Cybersource executed the call; it is looked up.',
    class: 'transient',
    httpStatus: 503,
  },
  NOTIFICATION_TAKEN: {
    sentence: 'Another delivery of the same notification was stored at the same moment.',
    class: 'transient',
    httpStatus: 503,
  },
  OVERLOADED: {
    sentence: 'Too many notifications wait to be stored; deliver again.',
    class: 'transient',
    httpStatus: 503,
  },
});
