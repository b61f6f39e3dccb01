import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import type { ZohoObject } from '../../domain/zoho-json.ts';
import type { ZohoRefused } from '../../gateways/zoho.gateway.ts';
import {
  amountOf,
  financeModules,
  hasAskedAmount,
  idOf,
  withAskedAmount,
  type FinanceRecords,
} from '../finance-records.ts';
import type { ReferenceData } from '../reference-data.ts';
import { ZohoFunction } from '../zoho-function.ts';

const target = financeModules.payments;
const overApplied = '24016';

/** Records the payment into the clearing account of its currency and links it to the invoice. */
export class RecordPayment extends ZohoFunction {
  override readonly name = 'zoho.books.recordPayment:1.0.0';
  override readonly effectClass = 'B';
  private readonly records: FinanceRecords;
  private readonly reference: ReferenceData;

  constructor(records: FinanceRecords, reference: ReferenceData) {
    super();
    this.records = records;
    this.reference = reference;
  }

  override async send(values: Arguments): Promise<Output> {
    const accountId = await this.reference.clearingAccountId(textArgument(values, 'currency'));
    const body = { ...objectArgument(values, 'body'), account_id: accountId };
    const uniqueValue = textArgument(values, 'uniqueValue');
    const payment = await this.records.upsert(target, uniqueValue, { body });
    return withAskedAmount(values, outputOf(values, payment));
  }

  override agrees(values: Arguments, output: Output): boolean {
    return hasAskedAmount(values, output);
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const uniqueValue = textArgument(values, 'uniqueValue');
    const found = await this.records.findByUniqueValue(target, uniqueValue);
    return found.map((payment) => outputOf(values, payment));
  }

  override refusalOf(error: ZohoRefused): string | undefined {
    return error.zohoCode === overApplied ? 'over-application' : undefined;
  }
}

function outputOf(values: Arguments, payment: ZohoObject): Output {
  const currency = textArgument(values, 'currency');
  return {
    customerPaymentId: idOf(target, payment),
    paymentId: textArgument(values, 'paymentId'),
    transactionId: textArgument(values, 'transactionId'),
    amount: amountOf(payment, 'amount', currency),
    currency,
  };
}
