import { defineErrors } from '@sluice/failure';

/** Everything that can go wrong in reconciliation. */
export const errors = defineErrors({
  BOOKS_OUTCOME_INVALID: {
    sentence:
      'The outcome of a booking lacks an id or an amount; zoho-gateway and reconciliation differ in version.',
    class: 'permanent',
    httpStatus: 422,
  },
});
