export {
  MoneyError,
  addMoney,
  compareMoney,
  formatDecimal,
  moneyFromJson,
  moneyToJson,
  parseDecimal,
  subtractMoney,
} from './money.ts';
export type { Money, MoneyErrorCode, MoneyJson } from './money.ts';
export { currencies, exponentOf, isCurrency } from './currency.ts';
