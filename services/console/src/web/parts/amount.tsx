import type { MoneyView } from '../../views.ts';
import { formatMoney } from './format.ts';

/** An amount with tabular figures; a dash where there is none. */
export function Amount({ money }: { readonly money: MoneyView | null }) {
  return <span className="number">{money === null ? '–' : formatMoney(money)}</span>;
}
