import { defineErrors } from '@sluice/failure';

/** Every error of commerce-gateway by its code. */
export const errors = defineErrors({
  COMMAND_INVALID: {
    sentence: 'The arguments of the command do not fit the catalogue; change the mapping.',
    class: 'permanent',
    httpStatus: 422,
  },
  FUNCTION_UNKNOWN: {
    sentence: 'The catalogue has no such function; change the flow.',
    class: 'permanent',
    httpStatus: 422,
  },
  MAIL_REFUSED: {
    sentence: 'The mail server refused the message; correct the address, then retry the key.',
    class: 'permanent',
    httpStatus: 422,
  },
  MAIL_TEMPLATE_INVALID: {
    sentence: 'The mail template does not exist or lacks a value; change template or mapping.',
    class: 'permanent',
    httpStatus: 422,
  },
  ORDER_CONFLICT: {
    sentence: 'The shop sent another order under this number before.',
    class: 'permanent',
    httpStatus: 409,
  },
  ORDER_INVALID: {
    sentence: 'The order contradicts itself.',
    class: 'permanent',
    httpStatus: 422,
  },
  ORDER_NOT_FOUND: {
    sentence: 'There is no such order.',
    class: 'permanent',
    httpStatus: 404,
  },
  SHOP_MISMATCH: {
    sentence: 'The order names another shop than the one that signed it.',
    class: 'permanent',
    httpStatus: 403,
  },
  SHOP_REFUSED: {
    sentence: 'The shop refused the status of its order.',
    class: 'permanent',
    httpStatus: 422,
  },
  SHOP_UNKNOWN: {
    sentence: 'The order belongs to a shop without an address; add it to SHOP_BASE_URLS.',
    class: 'permanent',
    httpStatus: 422,
  },
  SIGNATURE_FORGED: {
    sentence: 'The signature does not match the body.',
    class: 'permanent',
    httpStatus: 401,
  },
  SIGNATURE_MISSING: {
    sentence: 'The signature is missing or not of the documented form.',
    class: 'permanent',
    httpStatus: 401,
  },
  SIGNATURE_STALE: {
    sentence: 'The signature is older than five minutes.',
    class: 'permanent',
    httpStatus: 401,
  },
  SIGNATURE_UNKNOWN_KEY: {
    sentence: 'The key id of the signature is unknown.',
    class: 'permanent',
    httpStatus: 401,
  },
});
