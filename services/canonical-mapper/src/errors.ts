import { defineErrors } from '@sluice/failure';

/** What canonical-mapper adds to the errors of the mapping language. */
export const errors = defineErrors({
  MAPPING_UNMAPPED: {
    sentence: 'No mapping takes this event; add a mapping, then send the dead letter again.',
    class: 'permanent',
    httpStatus: 422,
  },
});
