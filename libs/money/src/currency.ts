/**
 * Active ISO 4217 codes by the number of digits of their minor unit (ISO 4217 list one).
 * Codes without a minor unit (gold, test codes and the like) are left out: no card pays in them.
 */
const codesByExponent: ReadonlyMap<number, string> = new Map([
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD ' +
      'CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL ' +
      'GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR ' +
      'LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD ' +
      'PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC ' +
      'SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG',
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
]);

const exponentByCode = new Map<string, number>();
for (const [exponent, codes] of codesByExponent) {
  for (const code of codes.split(' ')) exponentByCode.set(code, exponent);
}

/** Every currency Sluice takes, as ISO 4217 alphabetic codes. */
export const currencies: readonly string[] = [...exponentByCode.keys()].toSorted();

/** True for an ISO 4217 alphabetic code, upper case. */
export function isCurrency(code: string): boolean {
  return exponentByCode.has(code);
}

/** Digits of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD; undefined for an unknown code. */
export function exponentOf(code: string): number | undefined {
  return exponentByCode.get(code);
}
