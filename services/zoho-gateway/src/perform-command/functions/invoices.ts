import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import { asText, type ZohoObject } from '../../domain/zoho-json.ts';
import type { ZohoGateway } from '../../gateways/zoho.gateway.ts';
import { amountOf, financeModules, idOf, type FinanceRecords } from '../finance-records.ts';
import { FunctionRefused, ZohoFunction, type FunctionCall } from '../zoho-function.ts';

const target = financeModules.invoices;
const markSentName = 'zoho.books.markInvoiceSent';

/** Creates the invoice in Books and marks it as sent, which is an effect of its own. */
export class CreateInvoice extends ZohoFunction {
  override readonly name = 'zoho.books.createInvoice:1.0.0';
  override readonly effectClass = 'B';
  private readonly records: FinanceRecords;

  constructor(records: FinanceRecords) {
    super();
    this.records = records;
  }

  override async send(values: Arguments, call: FunctionCall): Promise<Output> {
    const invoice = await this.invoice(values, call.attempt);
    const invoiceId = idOf(target, invoice);
    await call.sub(markSentName, 'sent', { invoiceId });
    return outputOf(invoice);
  }

  /** An invoice that an earlier attempt made may be paid by now; it is not written again. */
  private async invoice(values: Arguments, attempt: number): Promise<ZohoObject> {
    const uniqueValue = textArgument(values, 'uniqueValue');
    if (attempt > 1) {
      const [existing] = await this.records.findByUniqueValue(target, uniqueValue);
      if (existing !== undefined) return existing;
    }
    return await this.records.upsert(target, uniqueValue, { body: objectArgument(values, 'body') });
  }
}

/** Marks an invoice as sent; an invoice that is sent already stays so. */
export class MarkInvoiceSent extends ZohoFunction {
  override readonly name = markSentName;
  override readonly effectClass = 'B';
  private readonly gateway: ZohoGateway;

  constructor(gateway: ZohoGateway) {
    super();
    this.gateway = gateway;
  }

  override async send(values: Arguments): Promise<Output> {
    const id = encodeURIComponent(textArgument(values, 'invoiceId'));
    await this.gateway.call({
      product: 'books',
      method: 'POST',
      path: `${target.path}/${id}/status/sent`,
    });
    return {};
  }
}

/** Finds the invoice of the order in Books. */
export class FindInvoice extends ZohoFunction {
  override readonly name = 'zoho.books.findInvoice:1.0.0';
  override readonly effectClass = 'B';
  private readonly records: FinanceRecords;

  constructor(records: FinanceRecords) {
    super();
    this.records = records;
  }

  override async send(values: Arguments): Promise<Output> {
    const uniqueValue = textArgument(values, 'uniqueValue');
    const [invoice] = await this.records.findByUniqueValue(target, uniqueValue);
    if (invoice !== undefined) return outputOf(invoice);
    throw new FunctionRefused('invoice-not-found', `Books has no invoice for ${uniqueValue}.`);
  }
}

function outputOf(invoice: ZohoObject): Output {
  const currency = asText(invoice['currency_code']) ?? '';
  return {
    invoiceId: idOf(target, invoice),
    invoiceNumber: asText(invoice['invoice_number']) ?? '',
    contactId: asText(invoice['customer_id']) ?? '',
    total: amountOf(invoice, 'total', currency),
    balance: amountOf(invoice, 'balance', currency),
    currency,
  };
}
