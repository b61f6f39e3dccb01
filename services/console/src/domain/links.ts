type Data = Readonly<Record<string, unknown>>;

/** Fields by which a hop is found: ids of orders, payments, refunds, and references of settlements. */
const linkFields = ['orderId', 'paymentId', 'refundId', 'businessKey', 'merchantReference'];

const linksMax = 16;

/** Ids that join a hop to orders, payments and refunds; the correlation id first. */
export function linksOf(data: unknown, correlationId: string | undefined): readonly string[] {
  const links = new Set<string>();
  if (correlationId !== undefined) links.add(correlationId);
  if (isData(data)) {
    for (const field of linkFields) addText(links, data[field]);
    const { output } = data;
    if (isData(output)) for (const field of linkFields) addText(links, output[field]);
  }
  return [...links].slice(0, linksMax);
}

/** A record that belongs to an order: Zoho's objects, transactions, runs, cases. */
export interface Reference {
  readonly kind: string;
  readonly value: string;
}

/** Names of fields that hold ids or numbers of records elsewhere, and what people call them. */
const referenceKinds: Readonly<Record<string, string>> = {
  contactId: 'contact',
  accountId: 'account',
  salesOrderId: 'sales order',
  salesOrderNumber: 'sales order number',
  invoiceId: 'invoice',
  invoiceNumber: 'invoice number',
  customerPaymentId: 'customer payment',
  creditNoteId: 'credit note',
  creditNoteNumber: 'credit note number',
  creditNoteRefundId: 'credit note refund',
  ticketId: 'ticket',
  ticketNumber: 'ticket number',
  noteId: 'note',
  transactionId: 'transaction',
  refundId: 'refund',
  caseId: 'fraud case',
  runId: 'run',
};

/** Records named by the readable data of an event, outputs of commands included. */
export function referencesOf(data: unknown): readonly Reference[] {
  if (!isData(data)) return [];
  const { function: asked } = data;
  const isOfCrm = typeof asked === 'string' && asked.startsWith('zoho.crm.');
  const found = new Map<string, Reference>();
  for (const source of [data, data['output']]) {
    if (!isData(source)) continue;
    for (const [field, kind] of Object.entries(referenceKinds)) {
      const value = source[field];
      if (typeof value !== 'string' || value === '' || value.length > 200) continue;
      // Books and CRM each keep a contact of their own, and both call it so.
      const named = isOfCrm && kind === 'contact' ? 'crm contact' : kind;
      found.set(`${named}\n${value}`, { kind: named, value });
    }
  }
  return [...found.values()];
}

function addText(links: Set<string>, value: unknown): void {
  if (typeof value === 'string' && value !== '' && value.length <= 200) links.add(value);
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
