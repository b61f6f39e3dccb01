import { assertNoCardNumbers, findCardNumbers } from '@sluice/pan-guard';

const idName = /(?:^|_)ids?$|Ids?$/;
const jsonTextPattern = /^\s*[[{]/;
const jsonTextCharsMax = 262_144;

/**
 * The producer's gate against card numbers.
 *
 * Ids of vendors have 18 to 22 digits and would be mistaken for card numbers, so a field whose name says that it is
 * an id is left out; a field that holds JSON text is looked into by the same rule. Free text never is exempt.
 * @throws PermanentFailure CARD_NUMBER_REFUSED without the digits.
 */
export function refuseCardNumbers(data: unknown): void {
  // Leaving ids out finds less, never more: what is clean as it stands need not be copied.
  if (!holdsJsonText(data) && findCardNumbers(data).length === 0) return;
  assertNoCardNumbers(withoutIds(data), {});
}

function holdsJsonText(value: unknown): boolean {
  if (typeof value === 'string') return isJsonText(value);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name in fields) if (holdsJsonText(fields[name])) return true;
  return false;
}

/** Almost every text begins with a letter or a digit. */
function isJsonText(text: string): boolean {
  return !/^\w/.test(text) && jsonTextPattern.test(text);
}

function withoutIds(value: unknown): unknown {
  if (typeof value === 'string') return parsedJson(value);
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return value.map(withoutIds);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) {
    const isId = idName.test(name) && (typeof field !== 'object' || Array.isArray(field));
    if (!isId) kept[name] = isIdTable(name, field) ? Object.keys(field) : withoutIds(field);
  }
  return kept;
}

/** `itemIds: {sku: id}`: the names are examined, the ids are not. */
function isIdTable(name: string, field: unknown): field is Readonly<Record<string, string>> {
  const isTable = name.endsWith('Ids') && typeof field === 'object' && field !== null;
  return isTable && Object.values(field).every((id) => typeof id === 'string');
}

function parsedJson(text: string): unknown {
  if (!isJsonText(text) || text.length > jsonTextCharsMax) return text;
  try {
    return withoutIds(JSON.parse(text));
  } catch {
    return text;
  }
}
