import type { ZohoGateway } from '../../gateways/zoho.gateway.ts';
import { CrmRecords } from '../crm-records.ts';
import { FinanceRecords } from '../finance-records.ts';
import type { ReferenceData } from '../reference-data.ts';
import type { ZohoFunction } from '../zoho-function.ts';
import { AddCrmNote } from './add-crm-note.ts';
import { CommentCreditNote } from './comment-credit-note.ts';
import { CreateCreditNote } from './create-credit-note.ts';
import { CreateSalesOrder } from './create-sales-order.ts';
import { CreateInvoice, FindInvoice, MarkInvoiceSent } from './invoices.ts';
import { OpenDeskTicket } from './open-desk-ticket.ts';
import { RecordPayment } from './record-payment.ts';
import { RefundCreditNote } from './refund-credit-note.ts';
import { UpsertBooksContact } from './upsert-books-contact.ts';
import { UpsertCrmContact } from './upsert-crm-contact.ts';
import { UpsertItem, UpsertItems } from './upsert-items.ts';

/** Every function of the catalogue that Zoho performs, and their parts. */
export function allFunctions(
  gateway: ZohoGateway,
  reference: ReferenceData,
  options: { readonly uniqueField: string; readonly departmentId: string },
): readonly ZohoFunction[] {
  const records = new FinanceRecords(gateway, reference, options.uniqueField);
  const crm = new CrmRecords(gateway);
  return [
    new UpsertBooksContact(records),
    new UpsertCrmContact(crm),
    new UpsertItems(),
    new UpsertItem(records),
    new CreateSalesOrder(records),
    new CreateInvoice(records),
    new MarkInvoiceSent(gateway),
    new FindInvoice(records),
    new RecordPayment(records, reference),
    new CreateCreditNote(records),
    new RefundCreditNote(gateway, reference),
    new CommentCreditNote(gateway),
    new AddCrmNote(crm),
    new OpenDeskTicket(gateway, options),
  ];
}
