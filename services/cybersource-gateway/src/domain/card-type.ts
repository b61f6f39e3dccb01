const codeByName: ReadonlyMap<string, string> = new Map([
  ['visa', '001'],
  ['mastercard', '002'],
  ['american express', '003'],
  ['amex', '003'],
  ['discover', '004'],
  ['diners club', '005'],
  ['jcb', '007'],
  ['maestro uk', '024'],
  ['visa electron', '033'],
  ['cartes bancaires', '036'],
  ['maestro', '042'],
  ['maestro international', '042'],
  ['elo', '054'],
  ['china unionpay', '062'],
  ['unionpay', '062'],
]);

/**
 * Cybersource's three-digit code of a card type.
 *
 * Payment replies carry the code, token objects the name; unknown text is passed on as it is, at
 * most 32 characters of it.
 */
export function cardTypeCode(text: string): string {
  const name = text.trim().toLowerCase();
  return codeByName.get(name) ?? name.slice(0, 32);
}
