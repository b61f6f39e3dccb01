import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import { asText, type ZohoObject } from '../../domain/zoho-json.ts';
import { financeModules, idOf, type FinanceRecords } from '../finance-records.ts';
import { ZohoFunction } from '../zoho-function.ts';

const target = financeModules.creditNotes;

/** Creates the credit note of a refund. Its invoice stands in the query: in the body it is lost. */
export class CreateCreditNote extends ZohoFunction {
  override readonly name = 'zoho.books.createCreditNote:1.0.0';
  override readonly effectClass = 'B';
  private readonly records: FinanceRecords;

  constructor(records: FinanceRecords) {
    super();
    this.records = records;
  }

  override async send(values: Arguments): Promise<Output> {
    const note = await this.records.upsert(target, textArgument(values, 'uniqueValue'), {
      body: objectArgument(values, 'body'),
      query: { invoice_id: textArgument(values, 'invoiceId') },
    });
    return outputOf(note);
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const uniqueValue = textArgument(values, 'uniqueValue');
    return (await this.records.findByUniqueValue(target, uniqueValue)).map(outputOf);
  }
}

function outputOf(note: ZohoObject): Output {
  return {
    creditNoteId: idOf(target, note),
    creditNoteNumber: asText(note['creditnote_number']) ?? '',
  };
}
