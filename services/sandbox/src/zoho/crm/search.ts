import { scalarText, type Json } from '../../json.ts';

interface Condition {
  readonly field: string;
  readonly operator: string;
  readonly value: string;
}

const conditionPattern = /\(([A-Za-z_0-9.]+):([a-z_]+):((?:\\.|[^()\\])*)\)/g;

/** What a search call asks for. */
export interface CrmSearch {
  readonly criteria?: string | undefined;
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly word?: string | undefined;
}

/** Whether a record, as it is shown, fits a search; undefined when the search asks for nothing. */
export function searchFilter(search: CrmSearch): ((view: Json) => boolean) | undefined {
  const { criteria, email, phone, word } = search;
  if (criteria !== undefined) return criteriaFilter(criteria);
  if (email !== undefined) return (view) => equal(view['Email'], email);
  if (phone !== undefined) return (view) => equal(view['Phone'], phone);
  if (word === undefined) return undefined;
  const wanted = word.toLowerCase();
  return (view) =>
    Object.values(view).some(
      (value) => typeof value === 'string' && value.toLowerCase().includes(wanted),
    );
}

function criteriaFilter(criteria: string): ((view: Json) => boolean) | undefined {
  const conditions = [...criteria.matchAll(conditionPattern)].map((match): Condition => ({
    field: match[1] ?? '',
    operator: match[2] ?? '',
    value: (match[3] ?? '').replaceAll(/\\(.)/g, '$1'),
  }));
  if (conditions.length === 0) return undefined;
  const isAny = /\)\s*or\s*\(/.test(criteria);
  return (view) =>
    isAny
      ? conditions.some((condition) => holds(view, condition))
      : conditions.every((condition) => holds(view, condition));
}

function holds(view: Json, { field, operator, value }: Condition): boolean {
  const [name, part] = field.split('.');
  const found = view[name ?? ''];
  const shown =
    typeof found === 'object' && found !== null
      ? (found as Json)[part ?? (/^\d+$/.test(value) ? 'id' : 'name')]
      : found;
  const text = scalarText(shown).toLowerCase();
  const wanted = value.toLowerCase();
  switch (operator) {
    case 'equals':
      return text === wanted;
    case 'not_equal':
      return text !== wanted;
    case 'starts_with':
      return text.startsWith(wanted);
    case 'contains':
      return text.includes(wanted);
    case 'in':
      return wanted.split(',').includes(text);
    default:
      return false;
  }
}

function equal(value: unknown, wanted: string): boolean {
  return scalarText(value).toLowerCase() === wanted.toLowerCase();
}
