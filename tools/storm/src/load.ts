import { setTimeout as pause } from 'node:timers/promises';
import {
  ask,
  at,
  checkoutOnce,
  clientSignature,
  currencies,
  wantedOrderOf,
  type Json,
  type Outcome,
  type TestOrder,
} from '@sluice/end-to-end';
import type { Journal, OrderEntry } from './journal.ts';
import type { StormStack } from './storm-stack.ts';

/** What customers do, in turn: half of them pay and keep what they bought. */
const outcomes: readonly Outcome[] = ['paid', 'refunded', 'paid', 'declined', 'paid', 'review'];
const inFlightMax = 12;
const repeatPauseMs = 1_000;
const refundPollMs = 2_000;

/** Customers and bookkeepers: orders at a steady pace, whatever the answers are like, and refunds of what was paid. */
export class Load {
  private readonly stack: StormStack;
  private readonly journal: Journal;
  private readonly open = new Set<Promise<void>>();
  private readonly toRefund: TestOrder[] = [];
  private isOrdering = false;
  private isOver = false;
  private ordering: Promise<void> = Promise.resolve();
  private refunding: Promise<void> = Promise.resolve();

  constructor(stack: StormStack, journal: Journal) {
    this.stack = stack;
    this.journal = journal;
  }

  /** Begins to place an order every so often; fewer when too many wait for an answer. */
  start(everyMs: number): void {
    this.isOrdering = true;
    this.ordering = this.placeOrders(everyMs);
    this.refunding = this.refundOrders();
  }

  /** No new orders from now on; those asked for are repeated until they are acknowledged. */
  stopOrdering(): void {
    this.isOrdering = false;
  }

  /** Waits until every order is acknowledged and every refund asked for, at most so long. */
  async finish(waitMsMax: number): Promise<void> {
    this.stopOrdering();
    const deadlineMs = Date.now() + waitMsMax;
    while ((this.open.size > 0 || this.toRefund.length > 0) && Date.now() < deadlineMs) {
      await pause(200);
    }
    this.isOver = true;
    await this.ordering;
    await this.refunding;
    await Promise.all(this.open);
  }

  private async placeOrders(everyMs: number): Promise<void> {
    for (let number = 1; this.isOrdering; number += 1) {
      const outcome = outcomes[(number - 1) % outcomes.length] ?? 'paid';
      const currency = currencies[number % currencies.length] ?? 'EUR';
      const planned = wantedOrderOf({ outcome, currency, isNewArticle: number % 7 === 0 }, number);
      const work = this.placeUntilAcknowledged(this.journal.asked(planned)).finally(() =>
        this.open.delete(work),
      );
      this.open.add(work);
      await pause(everyMs);
      while (this.open.size >= inFlightMax && this.isOrdering) await pause(50);
    }
  }

  private async placeUntilAcknowledged(entry: OrderEntry): Promise<void> {
    while (!this.isOver) {
      entry.attempts += 1;
      const answer = await checkoutOnce(this.stack, entry.planned);
      if (typeof answer !== 'string') {
        this.journal.acknowledgedOrder(entry, answer);
        if (answer.outcome === 'refunded') this.toRefund.push(answer);
        return;
      }
      await pause(repeatPauseMs);
    }
  }

  /** Refunds each paid order once: every other one in Books, the others through the API. */
  private async refundOrders(): Promise<void> {
    const ways = new Map<string, ReturnType<Journal['askedRefund']>>();
    while (!this.isOver) {
      await pause(refundPollMs);
      const paid = await this.paidInvoices().catch(() => new Map<string, Json>());
      for (const order of this.toRefund.slice()) {
        const invoice = paid.get(order.orderNumber);
        if (invoice === undefined) continue;
        const way = this.journal.refunds.length % 2 === 0 ? 'books' : 'api';
        const entry = ways.get(order.orderNumber) ?? this.journal.askedRefund(order, way);
        ways.set(order.orderNumber, entry);
        const id =
          entry.way === 'books' ? await this.creditInBooks(invoice) : await this.askApi(order);
        if (id === undefined) continue;
        this.journal.acknowledgedRefund(entry, id);
        this.toRefund.splice(this.toRefund.indexOf(order), 1);
      }
    }
  }

  private async paidInvoices(): Promise<Map<string, Json>> {
    if (this.toRefund.length === 0) return new Map();
    const { invoices } = await this.stack.twins.control('zoho', '/ledger/invoices');
    const paid = (invoices as readonly Json[]).filter(
      (invoice) => invoice['paidMinor'] === invoice['totalMinor'],
    );
    return new Map(paid.map((one) => [String(at(one, 'source.reference_number')), one]));
  }

  private async creditInBooks(invoice: Json): Promise<string | undefined> {
    const answer = await this.stack.twins.control('zoho', '/credit-invoice', {
      method: 'POST',
      body: { invoice_id: invoice['id'] },
    });
    const id = at(answer, 'creditnote.creditnote_id');
    return typeof id === 'string' ? id : undefined;
  }

  private async askApi(order: TestOrder): Promise<string | undefined> {
    const { paymentId, currency, totalMinor } = order;
    const amount = decimalOf(totalMinor, currency);
    const body = JSON.stringify({ paymentId, amount, currency, reason: 'Sent back' });
    const { status, body: answer } = await ask(
      `${this.stack.proxies.cybersourceDoor.url}/v1/refunds`,
      {
        method: 'POST',
        body,
        headers: {
          ...clientSignature(body, this.stack.secret('shop-signing-secret')),
          'idempotency-key': `refund-${order.orderNumber}`,
        },
      },
    );
    const id = answer['refundId'];
    return status === 202 && typeof id === 'string' ? id : undefined;
  }
}

const decimals: Readonly<Record<TestOrder['currency'], number>> = { EUR: 2, JPY: 0, KWD: 3 };

function decimalOf(minor: string, currency: TestOrder['currency']): string {
  const places = decimals[currency];
  if (places === 0) return minor;
  const padded = minor.padStart(places + 1, '0');
  return `${padded.slice(0, -places)}.${padded.slice(-places)}`;
}
