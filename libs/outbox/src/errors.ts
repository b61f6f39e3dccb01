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
  OUTBOX_LEASE_LOST: {
    sentence: 'This relay stood still, and another one publishes the shard now; nothing is lost.',
    class: 'transient',
    httpStatus: 503,
  },
  OUTBOX_KEY_NOT_HELD: {
    sentence: 'The outbox holds no key of that name on that topic; it was released meanwhile.',
    class: 'permanent',
    httpStatus: 404,
  },
  OUTBOX_HEAD_CHANGED: {
    sentence: 'Another event is at the head of the held key; look again before you act.',
    class: 'permanent',
    httpStatus: 409,
  },
  OUTBOX_REPLAY_INVALID: {
    sentence: 'A replay needs a beginning, by sequence or by time, and an end behind it.',
    class: 'permanent',
    httpStatus: 422,
  },
  OUTBOX_REPLAY_GONE: {
    sentence: 'Rows of this range are past the retention and deleted; begin later.',
    class: 'permanent',
    httpStatus: 410,
  },
  OUTBOX_REPLAY_BUSY: {
    sentence: 'Another replay of this outbox is running; try again when it has ended.',
    class: 'transient',
    httpStatus: 409,
  },
  PARKING_FULL: {
    sentence: 'Too much waits behind failures already; the consumer stops until operators act.',
    class: 'transient',
    httpStatus: 503,
  },
});
