import { createHash } from 'node:crypto';
import { scrubText } from '@sluice/pan-guard';

const bigintTag = '$bigint';

/** JSON text in which a bigint survives; the NUL character, which jsonb refuses, does not. */
export function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, (_name, member: unknown) => {
    if (typeof member === 'bigint') return { [bigintTag]: member.toString() };
    return typeof member === 'string' ? member.replaceAll('\0', '') : member;
  });
}

/** The value that `toJson` wrote, after Postgres has parsed the text. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === bigintTag) return BigInt(String(first[1]));
  return Object.fromEntries(entries.map(([name, member]) => [name, revive(member)]));
}

/** SHA-256 of the value, whatever the order of its fields. */
export function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(toJson(sorted(JSON.parse(toJson(value)))))
    .digest('hex');
}

const secretName = /authorization|password|secret|token|signature|cookie|api-?key/i;
const textCharsMax = 2_000;
const depthMax = 12;

/** What is kept of a request or reply when its definition says nothing: no secret, no card number. */
export function redactByName(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value.slice(0, textCharsMax));
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= depthMax) return '[deep]';
  if (Array.isArray(value)) {
    return value.slice(0, 100).map((member) => redactByName(member, depth + 1));
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      secretName.test(name) ? '[secret]' : redactByName(member, depth + 1),
    ]),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
