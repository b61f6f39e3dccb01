import { defineErrors } from '@sluice/failure';

/** Errors of the outbox and of parking. */
export const errors = defineErrors({
  CONFLICTING_DUPLICATE: {
    sentence: 'An event has the id of one that was handled before, but says something else.',
    class: 'poison',
    httpStatus: 409,
  },
  OUTBOX_VERSION_TAKEN: {
    sentence: 'The aggregate has moved on: an event with this version or a later one exists.',
    class: 'transient',
    httpStatus: 409,
  },
  OUTBOX_VERSIONS_UNORDERED: {
    sentence: 'The events of an aggregate must be appended with growing versions.',
    class: 'permanent',
    httpStatus: 500,
  },
  PARKING_FULL: {
    sentence: 'Too much waits behind failures already; the consumer stops until operators act.',
    class: 'transient',
    httpStatus: 503,
  },
});
