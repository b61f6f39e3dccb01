export { DocumentRejected, describeFault } from './fault.ts';
export type { DocumentFault } from './fault.ts';
export { YamlFile } from './yaml-file.ts';
export type { YamlEntry } from './yaml-file.ts';
export {
  compileCondition,
  compileExpression,
  evaluate,
  ExpressionRejected,
  isExpression,
} from './expression.ts';
export type { Expression } from './expression.ts';
export { conditionOf, templateOf } from './document-parts.ts';
export { mappingErrors } from './errors.ts';
export { anyShape, describeShape, isAssignable, textShape } from './shape.ts';
export type { FieldShape, RecordShape, Shape } from './shape.ts';
export { shapeFromAvro } from './avro-shape.ts';
export { reviveJson, toPlainJson } from './shaped-json.ts';
export { conversionNames } from './conversions.ts';
export { Mapping, MappingSet } from './mapping.ts';
export type {
  MappingDefinition,
  MappingLineage,
  MappingSource,
  MappingTestCase,
} from './mapping.ts';
export { loadMappings, parseMapping } from './load-mappings.ts';
export type { LoadMappingsOptions, ParseMappingOptions, ShapeCatalogue } from './load-mappings.ts';
export { runMappingTests } from './mapping-tests.ts';
export type { MappingTestResult } from './mapping-tests.ts';
