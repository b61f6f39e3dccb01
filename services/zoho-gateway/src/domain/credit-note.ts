import { asObject, asObjects, asText, type ZohoObject } from './zoho-json.ts';

/** Custom fields of Sluice on the records of the finance APIs, by their API names. */
export const customField = {
  payment: 'cf_sluice_payment',
  order: 'cf_sluice_order',
  orderNumber: 'cf_sluice_order_number',
  shop: 'cf_sluice_shop',
  refundToCard: 'cf_refund_to_card',
} as const;

/** What a credit note asks for, once it has been read again. */
export type CreditNoteDecision =
  | { readonly kind: 'ignored'; readonly why: string }
  | { readonly kind: 'needs-invoice'; readonly invoiceId: string }
  | { readonly kind: 'marked'; readonly refund: MarkedCreditNote };

/** A credit note whose open amount goes back to the card. */
export interface MarkedCreditNote {
  readonly creditNoteId: string;
  readonly creditNoteNumber: string;
  readonly contactId: string;
  readonly invoiceId: string | null;
  readonly paymentId: string;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly shopId: string;
  /** Decimal string: what is open on the credit note. */
  readonly total: string;
  readonly currency: string;
  readonly reason: string;
  /** As Zoho spells it. */
  readonly lastModified: string;
}

const reasonCharactersMax = 1000;

/**
 * Decides about a credit note: is it marked, is anything open on it, and which payment paid it?
 *
 * The payment is named by custom fields of the credit note itself or of its invoice; without the
 * invoice the decision may be `needs-invoice`.
 */
export function decideCreditNote(note: ZohoObject, invoice?: ZohoObject): CreditNoteDecision {
  if (!isMarked(note)) return ignored('The credit note is not marked for refund to the card.');
  const status = asText(note['status']) ?? '';
  if (status === 'draft' || status === 'void') return ignored(`The credit note is ${status}.`);
  const open = asText(note['balance']) ?? asText(note['total']) ?? '0';
  if (/^-?0*(\.0*)?$/.test(open)) return ignored('Nothing is open on the credit note.');
  const source = customFieldOf(note, customField.payment) === undefined ? invoice : note;
  if (source === undefined) {
    const invoiceId = invoiceOf(note);
    return invoiceId === undefined
      ? ignored('The credit note belongs to no invoice and names no payment.')
      : { kind: 'needs-invoice', invoiceId };
  }
  return markedFrom(note, source, open);
}

function markedFrom(note: ZohoObject, source: ZohoObject, open: string): CreditNoteDecision {
  const paymentId = customFieldOf(source, customField.payment);
  const orderId = customFieldOf(source, customField.order);
  if (paymentId === undefined || orderId === undefined) {
    return ignored('Neither the credit note nor its invoice names a payment of Sluice.');
  }
  return {
    kind: 'marked',
    refund: {
      creditNoteId: asText(note['creditnote_id']) ?? '',
      creditNoteNumber: asText(note['creditnote_number']) ?? '',
      contactId: asText(note['customer_id']) ?? '',
      invoiceId: invoiceOf(note) ?? asText(source['invoice_id']) ?? null,
      paymentId,
      orderId,
      orderNumber: customFieldOf(source, customField.orderNumber) ?? '',
      shopId: customFieldOf(source, customField.shop) ?? '',
      total: open,
      currency: asText(note['currency_code']) ?? '',
      reason: (asText(note['notes']) ?? '').slice(0, reasonCharactersMax),
      lastModified: asText(note['last_modified_time']) ?? '',
    },
  };
}

/** Value of a custom field, wherever the reply carries it. */
export function customFieldOf(record: ZohoObject, apiName: string): string | undefined {
  const listed = asObjects(record['custom_fields']).find((field) => field['api_name'] === apiName);
  return (
    asText(asObject(record['custom_field_hash'])[apiName]) ??
    asText(listed?.['value']) ??
    asText(record[apiName])
  );
}

function isMarked(note: ZohoObject): boolean {
  const apiName = customField.refundToCard;
  const listed = asObjects(note['custom_fields']).find((field) => field['api_name'] === apiName);
  const values = [asObject(note['custom_field_hash'])[apiName], listed?.['value'], note[apiName]];
  return values.some((value) => value === true || asText(value)?.toLowerCase() === 'true');
}

function invoiceOf(note: ZohoObject): string | undefined {
  const credited = asObjects(note['invoices_credited'])[0] ?? asObjects(note['invoices'])[0];
  return asText(note['invoice_id']) ?? asText(credited?.['invoice_id']);
}

function ignored(why: string): CreditNoteDecision {
  return { kind: 'ignored', why };
}
