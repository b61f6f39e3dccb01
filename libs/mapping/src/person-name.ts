/** A person's name in two parts; `first` may be empty. */
export interface PersonName {
  readonly first: string;
  readonly last: string;
}

/** Words that belong to the family name that follows them. */
const particles: ReadonlySet<string> = new Set(
  (
    'af al ap ben bin bint da das de del della den der des di do dos du el ibn la le lo los ' +
    'mac mc san santa ten ter van vande vander vom von y zu zum zur'
  ).split(' '),
);

/**
 * Splits a name as typed: the last word is the family name, with the particles before it
 * (`Ludwig van Beethoven`); `Beethoven, Ludwig van` is understood; a single word is all family
 * name.
 */
export function splitName(text: string): PersonName {
  const clean = text.trim().replaceAll(/\s+/g, ' ');
  const comma = clean.indexOf(',');
  if (comma > 0) {
    const first = clean.slice(comma + 1).trim();
    return { first, last: clean.slice(0, comma).trim() };
  }
  const words = clean.split(' ');
  let start = words.length - 1;
  while (start > 1 && particles.has((words[start - 1] ?? '').toLowerCase())) start -= 1;
  return { first: words.slice(0, start).join(' '), last: words.slice(start).join(' ') };
}
