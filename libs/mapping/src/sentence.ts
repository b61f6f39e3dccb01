import type { LookupTable } from './table.ts';

/**
 * Joins codes into one readable sentence, for example
 * `The bank refused: not enough money on the account; the billing address differs.`
 *
 * A code that the table does not list is spelled out (`CARD_EXPIRED` becomes `card expired`),
 * so that a new code of the vendor is readable at once. Repetitions are said once; no codes give
 * an empty text.
 */
export function joinSentence(codes: readonly string[], table: LookupTable): string {
  const phrases = codes.filter((code) => code !== '').map((code) => phraseOf(code, table));
  const text = [...new Set(phrases)].join('; ');
  if (text === '') return '';
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

function phraseOf(code: string, table: LookupTable): string {
  const phrase = table.entries.get(code) ?? table.otherwise;
  return phrase === undefined ? code.replaceAll('_', ' ').toLowerCase() : String(phrase);
}
