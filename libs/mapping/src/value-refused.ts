/** Stable codes of what a mapping may find wrong with a value. */
export type ValueRefusedCode =
  | 'MAPPING_REQUIRED_FIELD'
  | 'MAPPING_WRONG_TYPE'
  | 'MAPPING_LOOKUP_MISSED';

/** A value that cannot be mapped; the field's closure turns it into a failure naming the field. */
export class ValueRefused extends Error {
  readonly code: ValueRefusedCode;

  constructor(code: ValueRefusedCode, reason: string) {
    super(reason);
    this.name = 'ValueRefused';
    this.code = code;
  }
}

/** Refuses a value of the wrong kind without repeating the value itself. */
export function wrongType(wanted: string, value: unknown): ValueRefused {
  return new ValueRefused('MAPPING_WRONG_TYPE', `must be ${wanted}, not ${nameKind(value)}`);
}

function nameKind(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'a record';
  if (typeof value === 'bigint') return 'a whole number';
  return typeof value === 'string' ? 'this text' : `a ${typeof value}`;
}
