/**
 * What the API answers with; the web application reads the same types.
 * Instants are ISO 8601 in UTC; amounts are minor units as text with their decimal form.
 */

/** An amount of money. */
export interface MoneyView {
  readonly minor: string;
  readonly currency: string;
  /** Decimal string with the currency's own number of decimals, for example `12.50`. */
  readonly decimal: string;
}

/** States of a payment; `awaiting_payment` is an order without any payment. */
export const paymentStates = [
  'awaiting_payment',
  'authorized',
  'in_review',
  'captured',
  'declined',
  'voided',
  'partially_refunded',
  'refunded',
] as const;

export type PaymentState = (typeof paymentStates)[number];

/** One row of the payments page: a payment, or an order that nobody has paid yet. */
export interface PaymentView {
  readonly paymentId: string | null;
  readonly orderId: string;
  readonly orderNumber: string;
  readonly shopId: string;
  /** One of `paymentStates`, or a newer word of the gateway. */
  readonly state: string;
  readonly amount: MoneyView | null;
  readonly refunded: MoneyView | null;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly cardBrand: string;
  readonly cardLast4: string;
  readonly reason: string;
  /** When the payment was first told of, or the order placed. */
  readonly at: string;
  readonly lastEventAt: string;
  readonly lastEventType: string;
  /** Dead letters that concern the order. */
  readonly deadLetters: number;
}

/** One page of a list; `nextCursor` is null on the last one. */
export interface PageView<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** The order of a story. */
export interface OrderView {
  readonly orderId: string;
  readonly orderNumber: string;
  readonly shopId: string;
  readonly customerName: string;
  readonly customerEmail: string;
  readonly total: MoneyView | null;
  readonly lineCount: number;
  readonly placedAt: string;
}

/** A record elsewhere that belongs to the order: an invoice, a ticket, a transaction. */
export interface ReferenceView {
  readonly kind: string;
  readonly value: string;
  /** Its page in the product that keeps it; null where there is none. */
  readonly url: string | null;
}

/** A flow run of the order. */
export interface RunView {
  readonly runId: string;
  readonly flow: string;
  readonly flowVersion: string;
  /** `started`, `completed`, `faulted`, `cancelled`, `suspended` or `resumed`. */
  readonly phase: string;
  readonly task: string | null;
  readonly taskStatus: string | null;
  readonly detail: string;
  readonly startedAt: string;
  readonly changedAt: string;
}

/** Which mapping made an event, and from what. */
export interface LineageView {
  readonly sourceEventId: string;
  readonly sourceType: string;
  readonly mapping: string;
  readonly mappingVersion: number;
}

/** One hop of a story. */
export interface TimelineEntryView {
  readonly id: string;
  readonly kind: 'event' | 'dead-letter';
  readonly type: string;
  readonly title: string;
  /** One more sentence; may be empty. */
  readonly detail: string;
  readonly service: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  /** When it was written to its topic: what the gaps are measured by. */
  readonly at: string;
  /** When it happened, as the event itself says. */
  readonly happenedAt: string;
  /** Milliseconds after the hop before; null on the first. */
  readonly gapMs: number | null;
  readonly causationId: string | null;
  readonly traceId: string | null;
  readonly lineage: LineageView | null;
  /** Key of the effect that the hop asks for or tells of. */
  readonly effectKey: string | null;
  readonly data: unknown;
  /** Why the data cannot be shown; null when it can. */
  readonly fault: string | null;
  /** `done`, `refused`, `failed` or `neutral`: how the hop reads at a glance. */
  readonly tone: 'done' | 'refused' | 'failed' | 'neutral';
}

/** Something that should have come and has not. */
export interface MissingView {
  readonly what: string;
  readonly since: string;
  readonly detail: string;
}

/** Everything known about one order and its payments. */
export interface StoryView {
  readonly orderId: string;
  readonly order: OrderView | null;
  readonly payments: readonly PaymentView[];
  readonly references: readonly ReferenceView[];
  readonly runs: readonly RunView[];
  readonly entries: readonly TimelineEntryView[];
  readonly missing: readonly MissingView[];
  /** True when the order has more hops than are shown. */
  readonly isCut: boolean;
}

/** Another service that could not be asked. */
export interface UnansweredView {
  readonly service: string;
  readonly reason: string;
}

/** One call of a third party. */
export interface AttemptView {
  readonly step: number;
  readonly act: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly outcome: string | null;
  readonly code: string | null;
  readonly detail: string | null;
  readonly request: unknown;
  readonly reply: unknown;
  readonly traceId: string | null;
}

/** A promise to call a third party once, with every try. */
export interface EffectView {
  readonly service: string;
  readonly key: string;
  readonly kind: string;
  /** What it does, for people. */
  readonly title: string;
  readonly effectClass: string;
  readonly state: string;
  readonly code: string | null;
  readonly detail: string | null;
  readonly plannedAt: string;
  readonly finishedAt: string | null;
  /** When it is looked at again, while it has not ended. */
  readonly dueAt: string;
  readonly attempts: readonly AttemptView[];
}

/** Effects of one order, from every service that answered in time. */
export interface EffectsView {
  readonly effects: readonly EffectView[];
  readonly unanswered: readonly UnansweredView[];
}

/** A message that a consumer gave up. */
export interface DeadLetterView {
  readonly id: string;
  readonly topic: string;
  readonly group: string;
  readonly originalTopic: string;
  readonly originalPartition: number;
  readonly originalOffset: string;
  readonly code: string;
  readonly message: string;
  readonly errorName: string;
  readonly attempts: number;
  readonly eventId: string | null;
  readonly type: string | null;
  readonly key: string;
  readonly orderId: string | null;
  readonly traceId: string | null;
  /** Beginning of the payload, readable where it can be read; card numbers are taken out. */
  readonly preview: string;
  readonly payloadBytes: number;
  readonly times: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** A key whose events wait in a service. */
export interface ParkedKeyView {
  readonly service: string;
  readonly consumer: string;
  readonly key: string;
  readonly state: string;
  readonly attempts: number;
  readonly nextAt: string;
  readonly causeCode: string;
  readonly causeMessage: string;
  readonly parkedAt: string;
  readonly events: number;
}

/** Parked keys of every service that answered in time. */
export interface ParkedKeysView {
  readonly parkedKeys: readonly ParkedKeyView[];
  readonly unanswered: readonly UnansweredView[];
}

/** Gateway and Books disagree. */
export interface BreakView {
  readonly breakId: string;
  readonly reportId: string;
  readonly kind: string;
  readonly lineId: string | null;
  readonly paymentId: string | null;
  readonly orderId: string | null;
  readonly booksId: string | null;
  readonly transactionId: string | null;
  readonly gatewayAmount: MoneyView | null;
  readonly booksAmount: MoneyView | null;
  readonly explanation: string;
  readonly detectedAt: string;
  readonly resolvedAt: string | null;
}

/** One imported settlement report and how it came out. */
export interface ReportView {
  readonly reportId: string;
  readonly merchantId: string;
  readonly reportDate: string;
  readonly lineCount: number;
  readonly matchedCount: number;
  readonly openBreaks: number;
  readonly importedAt: string;
}

/** One consumer group of a service. */
export interface ConsumerView {
  readonly group: string;
  readonly isReady: boolean;
  readonly trouble: string | null;
  readonly lag: number;
  readonly oldestAgeMs: number;
  readonly parkedKeys: number;
}

/** How one service stands. */
export interface ServiceHealthView {
  readonly service: string;
  /** False also when it did not answer. */
  readonly isReady: boolean;
  /** Why nothing is known of it; null when it answered. */
  readonly unanswered: string | null;
  readonly checks: Readonly<Record<string, string>>;
  readonly consumers: readonly ConsumerView[];
  readonly outboxAgeMs: number | null;
  readonly heldKeys: number | null;
}

/** How the whole stack stands. */
export interface HealthView {
  readonly services: readonly ServiceHealthView[];
}

/** What every page shows around itself. */
export interface FrameView {
  readonly environmentName: string;
  readonly tenant: string;
  readonly zipkinUrl: string;
  readonly deadLetters: number;
  readonly openBreaks: number;
}

/** Counters that move when something new has been told; pages compare them. */
export interface ChangesView {
  readonly payments: number;
  readonly deadLetters: number;
  readonly breaks: number;
}
