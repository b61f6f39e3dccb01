import { defineErrors } from '@sluice/failure';

/** Every error of zoho-gateway by its code. */
export const errors = defineErrors({
  CLEARING_ACCOUNT_MISSING: {
    sentence: 'Books has no clearing account for the currency; create it or change its setting.',
    class: 'permanent',
    httpStatus: 422,
  },
  COMMAND_INVALID: {
    sentence: 'The arguments of the command do not fit the catalogue; change the mapping.',
    class: 'permanent',
    httpStatus: 422,
  },
  CREDIT_NOTES_TOO_MANY: {
    sentence: 'More credit notes changed than one search reads; the search does not move on.',
    class: 'transient',
    httpStatus: 503,
  },
  CURRENCY_MISSING: {
    sentence: 'The currency is not set up in Books; add it there.',
    class: 'permanent',
    httpStatus: 422,
  },
  FUNCTION_UNKNOWN: {
    sentence: 'The catalogue has no such function; change the flow.',
    class: 'permanent',
    httpStatus: 422,
  },
  WEBHOOK_SIGNATURE_INVALID: {
    sentence: 'The webhook does not carry the signature of the shared secret.',
    class: 'permanent',
    httpStatus: 401,
  },
  WEBHOOK_UNREADABLE: {
    sentence: 'The body of the webhook is no JSON object and no form that Books sends.',
    class: 'permanent',
    httpStatus: 400,
  },
  ZOHO_NOT_EXECUTED: {
    sentence: 'Zoho turned the call away unread or could not be reached; it is tried again.',
    class: 'transient',
    httpStatus: 503,
  },
  ZOHO_OUTCOME_UNKNOWN: {
    sentence: 'Zoho gave no readable answer; the outcome is looked up before anything is repeated.',
    class: 'transient',
    httpStatus: 503,
  },
  ZOHO_REFUSED: {
    sentence: 'Zoho refused the record; correct what its message names, then retry the key.',
    class: 'permanent',
    httpStatus: 422,
  },
});
