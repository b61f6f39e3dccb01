import { defineErrors } from '@sluice/failure';

/** Errors of rate budgets. */
export const errors = defineErrors({
  RATE_BUDGET_EXHAUSTED: {
    sentence: 'The rate budget grants no further call within the time allowed.',
    class: 'transient',
    httpStatus: 503,
  },
});
