import { defined, objectsIn, textAt, type Json } from '../../json.ts';
import { newZohoId, type ZohoContext } from '../context.ts';
import { amountJson, amountOf, fineJson, fineNumber, multiply, percentageOf } from './amounts.ts';
import type { FinanceRecord, StoredLine } from './finance-record.ts';
import { financeRefusal } from './refusals.ts';

/** Lines and totals of a document, in minor units of its currency. */
export interface DocumentTotals {
  readonly lines: readonly StoredLine[];
  readonly subTotalMinor: string;
  readonly taxMinor: string;
  readonly totalMinor: string;
}

/** Computes lines and totals of an order, invoice or credit note exactly. */
export function documentTotals(
  context: ZohoContext,
  source: Json,
  precision: number,
): DocumentTotals {
  const inputs = objectsIn(source['line_items']);
  if (inputs.length === 0) throw financeRefusal('missingValue', 'line_items');
  const isInclusive = source['is_inclusive_tax'] === true;
  const lines = inputs.map((input) => lineOf(context, input, precision));
  const subTotal = lines.reduce((sum, line) => sum + BigInt(line.totalMinor), 0n);
  const tax = lines.reduce((sum, line) => sum + taxOf(line, isInclusive), 0n);
  const extra = (name: string): bigint =>
    source[name] === undefined || source[name] === ''
      ? 0n
      : amountOf(source[name], precision, name);
  const total =
    subTotal +
    (isInclusive ? 0n : tax) +
    extra('shipping_charge') +
    extra('adjustment') -
    extra('discount');
  return {
    lines,
    subTotalMinor: subTotal.toString(),
    taxMinor: tax.toString(),
    totalMinor: total.toString(),
  };
}

/** Lines and totals as an answer shows them. */
export function totalsView(record: FinanceRecord): Json {
  const precision = record.precision ?? 2;
  return {
    line_items: (record.lines ?? []).map((line, index) =>
      defined({
        line_item_id: line.id,
        item_id: line.itemId,
        item_order: index + 1,
        name: line.name,
        description: line.description ?? '',
        rate: fineJson(line.rateFine),
        quantity: fineJson(line.quantityFine),
        tax_percentage: fineJson(line.taxPercentageFine),
        item_total: amountJson(line.totalMinor, precision),
      }),
    ),
    price_precision: precision,
    sub_total: amountJson(record.subTotalMinor ?? '0', precision),
    tax_total: amountJson(record.taxMinor ?? '0', precision),
    total: amountJson(record.totalMinor ?? '0', precision),
  };
}

function lineOf(context: ZohoContext, input: Json, precision: number): StoredLine {
  const itemId = textAt(input, 'item_id');
  const item =
    itemId === undefined ? undefined : context.ledger.get<FinanceRecord>('items', itemId);
  if (itemId !== undefined && item === undefined) throw financeRefusal('missingItem');
  const name = textAt(input, 'name') ?? textAt(item?.source, 'name');
  if (name === undefined) throw financeRefusal('missingValue', 'item_id');
  const rate = fineNumber(input['rate'] ?? item?.source['rate'] ?? 0, 'rate');
  const quantity = fineNumber(input['quantity'] ?? 1, 'quantity');
  if (quantity <= 0n) throw financeRefusal('invalidValue', 'quantity');
  const description = textAt(input, 'description');
  return {
    id: textAt(input, 'line_item_id') ?? newZohoId(context),
    name,
    ...(itemId === undefined ? {} : { itemId }),
    ...(description === undefined ? {} : { description }),
    rateFine: rate.toString(),
    quantityFine: quantity.toString(),
    taxPercentageFine: fineNumber(input['tax_percentage'] ?? 0, 'tax_percentage').toString(),
    totalMinor: multiply(rate, quantity, precision).toString(),
  };
}

function taxOf(line: StoredLine, isInclusive: boolean): bigint {
  const total = BigInt(line.totalMinor);
  const percentage = BigInt(line.taxPercentageFine);
  if (!isInclusive || percentage === 0n) return percentageOf(total, percentage);
  const whole = 100_000_000n + percentage;
  return total - (total * 100_000_000n + whole / 2n) / whole;
}
