/** Issuer prefixes that are in use, with the lengths their card numbers have. */
const issuers: readonly { readonly pattern: RegExp; readonly lengths: readonly number[] }[] = [
  { pattern: /^4/, lengths: [13, 16, 19] },
  { pattern: /^5[1-5]/, lengths: [16] },
  { pattern: /^(?:222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)/, lengths: [16] },
  { pattern: /^3[47]/, lengths: [15] },
  { pattern: /^3(?:0[0-5]|[689])/, lengths: [14, 16, 17, 18, 19] },
  { pattern: /^(?:6011|64[4-9]|65)/, lengths: [16, 17, 18, 19] },
  { pattern: /^62/, lengths: [16, 17, 18, 19] },
  { pattern: /^35(?:2[89]|[3-8])/, lengths: [16, 17, 18, 19] },
  { pattern: /^(?:50|5[6-9]|6[0379])/, lengths: [12, 13, 14, 15, 16, 17, 18, 19] },
  { pattern: /^220[0-4]/, lengths: [16, 17, 18, 19] },
];

/** Runs of digits with at most one separator between two of them. */
const runPattern = /\d(?:[ \-.\u00a0\u2009\u202f/_]?\d){11,39}/g;

/** The shortest card number. */
export const charactersMin = 12;

/** Where a card number stands in a text. */
export interface CardNumberSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds what looks like a card number: 12 to 19 digits after taking out separators, a prefix in
 * use, a length that issuer has, and a right check digit. Digits of every script count.
 *
 * A run of digits is examined as a whole and, when separators split it, group-aligned; an
 * unbroken run longer than 19 digits is an id and no card number.
 */
export function cardNumberSpans(text: string): CardNumberSpan[] {
  if (!mayHold(text)) return [];
  const plain = normaliseDigits(text);
  const spans: CardNumberSpan[] = [];
  runPattern.lastIndex = 0;
  let match = runPattern.exec(plain);
  while (match !== null) {
    const isPhone = isPhoneNumber(match[0], plain[match.index - 1]);
    const hit = isPhone ? undefined : examine(match[0], match.index);
    if (hit !== undefined) spans.push(hit);
    match = runPattern.exec(plain);
  }
  return spans;
}

/** Most texts have no long run of digits; finding that out must cost next to nothing. */
function mayHold(text: string): boolean {
  if (text.length < charactersMin) return false;
  let digits = 0;
  let lastDigitAt = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 126) return true;
    if (code < 48 || code > 57) continue;
    digits = index - lastDigitAt > 2 ? 1 : digits + 1;
    lastDigitAt = index;
    if (digits >= charactersMin) return true;
  }
  return false;
}

/** An international phone number has a plus sign before it and at most 15 digits (ITU-T E.164). */
function isPhoneNumber(run: string, before: string | undefined): boolean {
  return before === '+' && run.replace(/\D/g, '').length <= 15;
}

function examine(run: string, offset: number): CardNumberSpan | undefined {
  const starts = [0];
  const ends = [run.length];
  for (let index = 1; index < run.length - 1; index += 1) {
    if (!isDigit(run, index)) {
      starts.push(index + 1);
      ends.push(index);
    }
  }
  if (starts.length === 1) {
    return isCardNumber(run) ? { start: offset, end: offset + run.length } : undefined;
  }
  for (const start of starts) {
    for (const end of ends) {
      const digits = start < end ? run.slice(start, end).replace(/\D/g, '') : '';
      if (isCardNumber(digits)) return { start: offset + start, end: offset + end };
    }
  }
  return undefined;
}

function isCardNumber(digits: string): boolean {
  if (digits.length < 12 || digits.length > 19 || !hasCheckDigit(digits)) return false;
  return issuers.some(
    ({ pattern, lengths }) => lengths.includes(digits.length) && pattern.test(digits),
  );
}

function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Same length as the input: a digit outside the basic plane leaves a filler behind it. */
function normaliseDigits(text: string): string {
  if (!/[^\u0020-\u007e\s]/.test(text)) return text;
  return text.replace(/\p{Nd}/gu, (digit) => {
    const value = digitValue(digit);
    return digit.length === 2 ? `${value}-` : value;
  });
}

function digitValue(digit: string): string {
  const point = digit.codePointAt(0) ?? 48;
  let zero = point;
  while (point - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  if (point >= 0x1d7ce && point <= 0x1d7ff) return String((point - 0x1d7ce) % 10);
  return String(point - zero);
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}
