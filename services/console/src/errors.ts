import { defineErrors } from '@sluice/failure';

/** Everything that can go wrong in console beyond the shared errors of the HTTP edge. */
export const errors = defineErrors({
  PAYMENT_NOT_SEEN: {
    sentence: 'No event has told of this payment yet.',
    class: 'permanent',
    httpStatus: 404,
  },
  ORDER_NOT_SEEN: {
    sentence: 'No event has told of this order yet.',
    class: 'permanent',
    httpStatus: 404,
  },
  CURSOR_INVALID: {
    sentence: 'The cursor is not one that this list gave out; start again without it.',
    class: 'permanent',
    httpStatus: 422,
  },
  LIVE_STREAMS_EXHAUSTED: {
    sentence: 'Too many pages follow the changes already; this one is refreshed less often.',
    class: 'transient',
    httpStatus: 503,
  },
});
