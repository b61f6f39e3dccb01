import { defineErrors } from '@sluice/failure';

/** Everything that can be wrong with a document, an expression, or a value on its way through a mapping. */
export const mappingErrors = defineErrors({
  DOCUMENT_REJECTED: {
    sentence: 'The document was refused whole; every fault stands with its line and column.',
    class: 'permanent',
    httpStatus: 422,
  },
  EXPRESSION_REJECTED: {
    sentence: 'The expression cannot be read, or it could cost too much.',
    class: 'permanent',
    httpStatus: 422,
  },
  EXPRESSION_FAILED: {
    sentence: 'The expression cannot be evaluated for these values; ask with has() first.',
    class: 'permanent',
    httpStatus: 422,
  },
  MAPPING_UNKNOWN: {
    sentence: 'There is no mapping of this name and version.',
    class: 'permanent',
    httpStatus: 404,
  },
  MAPPING_REQUIRED_FIELD: {
    sentence: 'A field that the target needs has no value in the source.',
    class: 'permanent',
    httpStatus: 422,
  },
  MAPPING_WRONG_TYPE: {
    sentence: 'A value of the source is not of the kind that the field takes.',
    class: 'permanent',
    httpStatus: 422,
  },
  MAPPING_LOOKUP_MISSED: {
    sentence: 'A look-up table has no entry for the value; add one, or a default.',
    class: 'permanent',
    httpStatus: 422,
  },
});
