import { defineErrors } from '@sluice/failure';

/** Everything that can go wrong in fraud-router beyond the rule language's own errors. */
export const errors = defineErrors({
  ORDER_NOT_SEEN_YET: {
    sentence: 'The order of the held payment has not arrived; the next attempts wait for it.',
    class: 'transient',
    httpStatus: 503,
  },
});
