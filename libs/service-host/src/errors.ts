import { defineErrors } from '@sluice/failure';

/** Errors that every HTTP edge and every service shares. */
export const hostErrors = defineErrors({
  REQUEST_INVALID: {
    sentence: 'The request does not have the shape that the API describes.',
    class: 'permanent',
    httpStatus: 422,
  },
  BODY_NOT_READABLE: {
    sentence: 'The body is not valid for its content type; send JSON.',
    class: 'permanent',
    httpStatus: 400,
  },
  BODY_TOO_LARGE: {
    sentence: 'The body passes the limit of 256 KiB.',
    class: 'permanent',
    httpStatus: 413,
  },
  MEDIA_TYPE_UNSUPPORTED: {
    sentence: 'The content type is not supported; send application/json.',
    class: 'permanent',
    httpStatus: 415,
  },
  NOT_FOUND: {
    sentence: 'There is nothing under this address.',
    class: 'permanent',
    httpStatus: 404,
  },
  OPS_TOKEN_REFUSED: {
    sentence: 'The operator endpoints want the OPS_TOKEN of this service as a bearer token.',
    class: 'permanent',
    httpStatus: 401,
  },
  CARD_NUMBER_REFUSED: {
    sentence: 'A card number was found; send a token instead. Nothing was stored.',
    class: 'permanent',
    httpStatus: 422,
  },
  MONEY_UNKNOWN_CURRENCY: {
    sentence: 'The currency is not in ISO 4217.',
    class: 'permanent',
    httpStatus: 422,
  },
  MONEY_TOO_MANY_DECIMALS: {
    sentence: 'The amount has more decimals than its currency.',
    class: 'permanent',
    httpStatus: 422,
  },
  MONEY_NOT_A_NUMBER: {
    sentence: 'The amount is no plain decimal number of at most 15 digits.',
    class: 'permanent',
    httpStatus: 422,
  },
  MONEY_CURRENCY_MISMATCH: {
    sentence: 'Amounts of two currencies cannot be calculated with each other.',
    class: 'permanent',
    httpStatus: 422,
  },
  DEPENDENCY_DOWN: {
    sentence: 'Something this service needs does not answer; try again.',
    class: 'transient',
    httpStatus: 503,
  },
  INTERNAL: {
    sentence: 'The service made a mistake; the operator has been told.',
    class: 'transient',
    httpStatus: 500,
  },
});
