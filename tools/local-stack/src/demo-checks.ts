import { at, type LedgerObject, type Ledgers } from './demo-ledgers.ts';
import { demoAmount, type ExpectedObjects, type PlacedOrder } from './demo-orders.ts';

/** Something that is not as it should be. */
export interface DemoFault {
  /** `missing` may still come; the others never go away. */
  readonly kind: 'missing' | 'doubled' | 'wrong';
  readonly what: string;
}

/** The objects of one order in the ledgers of the twins, by kind. */
export type FoundObjects = Readonly<Record<keyof ExpectedObjects, readonly LedgerObject[]>>;

/** What is known of one order at one moment. */
export interface OrderFindings {
  readonly status: string;
  /** From the beginning of the checkout to the shop's word that the invoice is paid. */
  readonly secondsToPaidInvoice?: number;
  readonly objects: FoundObjects;
  /** Fewest good deliveries that any webhook about the payment had. */
  readonly deliveries: number;
  readonly faults: readonly DemoFault[];
}

/** Looks an order up in all ledgers and says what is missing, doubled or wrong. */
export function examineOrder(order: PlacedOrder, ledgers: Ledgers): OrderFindings {
  const shopOrder = ledgers.shop('orders').find((one) => one['orderNumber'] === order.orderNumber);
  const told = at(shopOrder, 'status');
  const status = typeof told === 'string' ? told : 'unknown';
  const objects = findObjects(order, ledgers);
  const deliveries = fewestDeliveries(order, ledgers);
  const seconds = secondsToPaidInvoice(shopOrder);
  return {
    status,
    ...(seconds === undefined ? {} : { secondsToPaidInvoice: seconds }),
    objects,
    deliveries,
    faults: [
      ...statusFaults(order, status),
      ...countFaults(order, objects),
      ...amountFaults(objects),
      ...deliveryFaults(order, deliveries),
    ],
  };
}

function findObjects(order: PlacedOrder, { cybersource, zoho, mails }: Ledgers): FoundObjects {
  const { orderId, orderNumber, paymentId, email } = order;
  const holds = (path: string, value: unknown) => (object: LedgerObject) =>
    at(object, path) === value;
  // By our key or by the plain reference, so that a second object under another key is found too.
  const ofOrder = (object: LedgerObject): boolean =>
    at(object, 'customFields.cf_sluice_key') === orderId ||
    at(object, 'source.reference_number') === orderNumber;
  const cardPayments = cybersource('payments').filter(holds('code', paymentId));
  const transactionIds = cardPayments.map(({ id }) => id);
  const invoices = zoho('invoices').filter(ofOrder);
  const invoiceIds = invoices.map(({ id }) => id);
  const creditNotes = zoho('creditnotes').filter((note) => invoiceIds.includes(note['invoiceId']));
  const creditNoteIds = creditNotes.map(({ id }) => id);
  return {
    cardPayments,
    cardRefunds: cybersource('refunds').filter((refund) =>
      transactionIds.includes(refund['rootId']),
    ),
    contacts: zoho('contacts').filter(
      (contact) => contact['id'] !== undefined && personsOf(contact).includes(email),
    ),
    crmContacts: zoho('crm-contacts').filter(holds('values.Email', email)),
    crmNotes: zoho('crm-notes').filter((note) =>
      String(at(note, 'values.Note_Content')).includes(orderNumber),
    ),
    salesOrders: zoho('salesorders').filter(ofOrder),
    invoices,
    customerPayments: zoho('customerpayments').filter(
      (payment) =>
        at(payment, 'customFields.cf_sluice_key') === paymentId ||
        transactionIds.includes(at(payment, 'source.reference_number')),
    ),
    creditNotes,
    creditNoteRefunds: zoho('creditnote_refunds').filter((refund) =>
      creditNoteIds.includes(refund['creditNoteId']),
    ),
    tickets: zoho('desk-tickets').filter((ticket) =>
      String(at(ticket, 'fields.description')).includes(paymentId),
    ),
    mails: mails.filter((text) => text.includes(`To: ${email}`)).map((text) => ({ text })),
  };
}

function personsOf(contact: LedgerObject): unknown[] {
  const persons = at(contact, 'source.contact_persons');
  return Array.isArray(persons) ? persons.map((person) => at(person, 'email')) : [];
}

function statusFaults({ expected }: PlacedOrder, status: string): DemoFault[] {
  if (status === expected.status) return [];
  const what = `the shop's order says ${status} instead of ${expected.status}`;
  return [{ kind: 'missing', what }];
}

function countFaults({ expected }: PlacedOrder, objects: FoundObjects): DemoFault[] {
  const kinds = Object.keys(expected.objects) as (keyof ExpectedObjects)[];
  return kinds.flatMap((kind) => {
    const count = objects[kind].length;
    const wanted = expected.objects[kind];
    if (count === wanted) return [];
    const what = `${wordOf(kind)}: ${count} instead of ${wanted}`;
    return [{ kind: count < wanted ? 'missing' : 'doubled', what } as const];
  });
}

/** `creditNoteRefunds` becomes `credit note refunds`. */
export function wordOf(kind: keyof ExpectedObjects): string {
  return kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const amounts = [
  ['cardPayments', 'amountMinor'],
  ['cardRefunds', 'amountMinor'],
  ['salesOrders', 'totalMinor'],
  ['invoices', 'totalMinor'],
  ['customerPayments', 'totalMinor'],
  ['creditNotes', 'totalMinor'],
  ['creditNoteRefunds', 'minor'],
] as const;

function amountFaults(objects: FoundObjects): DemoFault[] {
  const wrong = amounts.flatMap(([kind, field]) =>
    objects[kind].flatMap((object): DemoFault[] => {
      const currency = object['currency'] ?? object['currencyCode'] ?? demoAmount.currency;
      const isRight = object[field] === demoAmount.minor && currency === demoAmount.currency;
      const found = [object[field], currency].join(' ');
      const what = `${wordOf(kind)}: ${found} instead of ${demoAmount.minor} ${demoAmount.currency} in minor units`;
      return isRight ? [] : [{ kind: 'wrong', what }];
    }),
  );
  const unpaid = objects.invoices
    .filter((invoice) => invoice['paidMinor'] !== invoice['totalMinor'])
    .map((invoice): DemoFault => ({
      kind: 'missing',
      what: `invoice ${String(invoice['number'])} is paid to ${String(invoice['paidMinor'])} of ${String(invoice['totalMinor'])}`,
    }));
  return [...wrong, ...unpaid];
}

function fewestDeliveries({ paymentId }: PlacedOrder, { cybersource }: Ledgers): number {
  const code = 'content.payload.data.clientReferenceInformation.code';
  const counts = cybersource('webhooks')
    .filter((webhook) => at(webhook, code) === paymentId)
    .map((webhook) => goodAttempts(webhook));
  return counts.length === 0 ? 0 : Math.min(...counts);
}

function goodAttempts(webhook: LedgerObject): number {
  const attempts = at(webhook, 'attempts');
  if (!Array.isArray(attempts)) return 0;
  return attempts.filter((attempt) => at(attempt, 'status') === 200).length;
}

function deliveryFaults({ expected }: PlacedOrder, deliveries: number): DemoFault[] {
  if (deliveries >= expected.deliveries) return [];
  const what = `webhooks were delivered ${deliveries} times instead of ${expected.deliveries}`;
  return [{ kind: 'missing', what }];
}

function secondsToPaidInvoice(shopOrder: LedgerObject | undefined): number | undefined {
  const history = shopOrder?.['history'];
  if (!Array.isArray(history)) return undefined;
  const timeOf = (status: string): number =>
    Date.parse(
      String(
        at(
          history.find((entry) => at(entry, 'status') === status),
          'at',
        ),
      ),
    );
  const seconds = (timeOf('paid') - timeOf('new')) / 1000;
  return Number.isNaN(seconds) ? undefined : seconds;
}
