const zeroDecimals = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF';
const threeDecimals = 'BHD IQD JOD KWD LYD OMR TND';
const twoDecimals =
  'AED ARS AUD BGN BRL CAD CHF CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR KES MAD MXN MYR ' +
  'NGN NOK NZD PEN PHP PLN QAR RON RSD RUB SAR SEK SGD THB TRY TWD UAH USD UYU ZAR';

const exponents = new Map<string, number>([
  ...zeroDecimals.split(' ').map((code): [string, number] => [code, 0]),
  ...threeDecimals.split(' ').map((code): [string, number] => [code, 3]),
  ...twoDecimals.split(' ').map((code): [string, number] => [code, 2]),
]);

/** Decimals of an ISO 4217 currency, or undefined when the twins do not know it. */
export function exponentOf(currency: string): number | undefined {
  return exponents.get(currency);
}
