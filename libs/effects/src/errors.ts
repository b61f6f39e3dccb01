import { defineErrors } from '@sluice/failure';

/** Errors of the ledger of effects. */
export const errors = defineErrors({
  EFFECT_UNKNOWN: {
    sentence: 'The outcome is not known yet; it is looked up before anything is sent again.',
    class: 'transient',
    httpStatus: 503,
  },
  EFFECT_IN_PROGRESS: {
    sentence: 'The effect is being performed at this moment; ask again.',
    class: 'transient',
    httpStatus: 409,
  },
  EFFECT_WAITING: {
    sentence: 'The effect waits before its next attempt; ask again.',
    class: 'transient',
    httpStatus: 503,
  },
  EFFECT_NOT_EXECUTED: {
    sentence: 'Nothing was sent; the effect is tried again.',
    class: 'transient',
    httpStatus: 503,
  },
  EFFECT_MANUAL: {
    sentence: 'What happened cannot be known; two people must close the effect.',
    class: 'permanent',
    httpStatus: 409,
  },
  EFFECT_DUPLICATE: {
    sentence: 'The provider holds it more than once; two people must close the effect.',
    class: 'permanent',
    httpStatus: 409,
  },
  EFFECT_UNPLANNED: {
    sentence: 'There is no effect with this key.',
    class: 'permanent',
    httpStatus: 404,
  },
  EFFECT_KEY_REUSED: {
    sentence: 'The effect key stands for another input.',
    class: 'permanent',
    httpStatus: 409,
  },
  EFFECT_NOT_MANUAL: {
    sentence: 'The effect does not wait for people.',
    class: 'permanent',
    httpStatus: 409,
  },
  EFFECT_SAME_ACTOR: {
    sentence: 'Another person must confirm the closing.',
    class: 'permanent',
    httpStatus: 403,
  },
  EFFECT_CLOSING_INCOMPLETE: {
    sentence: 'A closing needs an actor and a reason, and SUCCEEDED what the provider holds.',
    class: 'permanent',
    httpStatus: 422,
  },
});
