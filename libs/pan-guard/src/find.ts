import { PermanentFailure } from '@sluice/failure';
import { cardNumberSpans, charactersMin } from './detect.ts';

/** Where a card number was found; never the number. */
export interface CardNumberHit {
  /** Dotted path, `[]` for array members, for example `customer.note` or `lines[].name`. */
  readonly path: string;
}

/** How to search. */
export interface FindOptions {
  /**
   * Paths of schema-typed id fields, which are not examined: provider ids have 18 to 22 digits
   * and sometimes pass for card numbers. Free text must never stand here. @default []
   */
  readonly exemptPaths?: readonly string[];
}

const depthMax = 32;
// Derived ids and hashes, UUIDs, and the trace context of W3C.
const machineIdPatterns = [
  /^(?:[0-9a-f]{32}){1,2}$/i,
  /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/,
];
const idLettersMin = 4;
/** Names of fields come again with every event; those found clean are not looked at twice. */
const cleanNames = new Set<string>();
const cleanNamesMax = 1_000;
const cleanNameCharsMax = 64;
const encodedPattern = /^(?:[A-Za-z0-9+/]{16,}={0,2}|[0-9a-fA-F]{24,})$/;

/**
 * Finds card numbers anywhere in a value: keys, texts, numbers, and one level of base64, hex or
 * URL encoding of whole texts. Values nested deeper than 32 levels count as a hit.
 */
export function findCardNumbers(value: unknown, options: FindOptions = {}): CardNumberHit[] {
  const hits: CardNumberHit[] = [];
  visit(value, { exempt: options.exemptPaths ?? [], hits, names: [] });
  return hits;
}

/**
 * Refuses a value that holds a card number.
 * @throws PermanentFailure CARD_NUMBER_REFUSED, naming the paths and never the digits.
 */
export function assertNoCardNumbers(value: unknown, options: FindOptions = {}): void {
  const hits = findCardNumbers(value, options);
  if (hits.length === 0) return;
  const paths = hits.slice(0, 5).map((hit) => hit.path || '(body)');
  throw new PermanentFailure(
    'CARD_NUMBER_REFUSED',
    `A card number was found at ${paths.join(', ')}; send a token instead`,
    { details: { paths } },
  );
}

interface Search {
  /** Looked through for hits only, so that a search that finds nothing prepares nothing. */
  readonly exempt: readonly string[];
  readonly hits: CardNumberHit[];
  /** Where the search stands. Paths are made of it for hits only, which are rare. */
  readonly names: string[];
}

function visit(value: unknown, search: Search): void {
  if (typeof value === 'string') return visitText(value, search);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return visitText(String(value), search);
  }
  if (typeof value !== 'object' || value === null) return;
  if (search.names.length >= depthMax) return hit(search);
  if (Buffer.isBuffer(value)) return visitText(value.toString('latin1'), search);
  if (Array.isArray(value)) {
    search.names.push('[]');
    for (const member of value) visit(member, search);
    search.names.pop();
    return;
  }
  for (const key of Object.keys(value)) {
    search.names.push('(key)');
    visitName(key, search);
    search.names[search.names.length - 1] = key;
    visit((value as Record<string, unknown>)[key], search);
    search.names.pop();
  }
}

function visitText(text: string, search: Search): void {
  if (holdsCardNumber(text)) hit(search);
}

function visitName(name: string, search: Search): void {
  if (name.length < charactersMin || cleanNames.has(name)) return;
  if (holdsCardNumber(name)) return hit(search);
  const isKept = cleanNames.size < cleanNamesMax && name.length <= cleanNameCharsMax;
  if (isKept) cleanNames.add(name);
}

function holdsCardNumber(text: string): boolean {
  if (text.length < charactersMin) return false;
  const isPlainHit = cardNumberSpans(text).length > 0 && !isMachineId(text);
  return isPlainHit || cardNumberSpans(decoded(text)).length > 0;
}

/** Notes the place, unless it or anything around it is exempt. */
function hit({ names, exempt, hits }: Search): void {
  let path = '';
  if (exempt.includes(path)) return;
  for (const name of names) {
    path += name === '[]' || path === '' ? name : `.${name}`;
    if (exempt.includes(path)) return;
  }
  hits.push({ path });
}

/**
 * A whole text that is a random id. One in some thousand of them holds digits that pass every test
 * of a card number, and whatever carries it would be refused for ever.
 */
function isMachineId(text: string): boolean {
  const isShaped = machineIdPatterns.some((pattern) => pattern.test(text));
  return isShaped && (text.match(/[a-f]/gi)?.length ?? 0) >= idLettersMin;
}

function decoded(text: string): string {
  if (text.includes('%')) {
    try {
      return decodeURIComponent(text);
    } catch {
      return '';
    }
  }
  if (!encodedPattern.test(text) || /^\d+$/.test(text)) return '';
  const encoding = /^[0-9a-fA-F]+$/.test(text) && text.length % 2 === 0 ? 'hex' : 'base64';
  const plain = Buffer.from(text, encoding).toString('latin1');
  return /^[\x20-\x7e\s]*$/.test(plain) ? plain : '';
}
