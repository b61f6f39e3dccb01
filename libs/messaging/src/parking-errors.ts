import { defineErrors } from '@sluice/failure';

/** Why an act of an operator on parked keys or dead letters was refused. */
export const parkingErrors = defineErrors({
  PARKED_KEY_MISSING: {
    sentence: 'This consumer has no parked key of that name; it was released meanwhile.',
    class: 'permanent',
    httpStatus: 404,
  },
  PARKED_KEY_BUSY: {
    sentence: 'The key is being replayed right now; try again in a moment.',
    class: 'transient',
    httpStatus: 409,
  },
  PARKED_HEAD_CHANGED: {
    sentence: 'The event is not at the head of its key any more; look again before you act.',
    class: 'permanent',
    httpStatus: 409,
  },
  PARKED_EDIT_INVALID: {
    sentence: 'The new value cannot be read as the type that the event says it is.',
    class: 'permanent',
    httpStatus: 422,
  },
  OPERATOR_NOTE_MISSING: {
    sentence: 'An act needs who acts and why: maker up to 200, reason up to 2,000 characters.',
    class: 'permanent',
    httpStatus: 422,
  },
  DEAD_LETTERS_UNREADABLE: {
    sentence: 'The dead letter topic does not exist or could not be read in time.',
    class: 'transient',
    httpStatus: 503,
  },
});
