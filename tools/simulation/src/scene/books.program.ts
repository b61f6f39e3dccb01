import { deriveId } from '@sluice/clock';
import type { EventMap } from '@sluice/contracts';
import { Effects, NotExecuted, Rejected } from '@sluice/effects';
import type { Delivery } from '@sluice/messaging';
import {
  formatDecimal,
  moneyFromJson,
  moneyToJson,
  parseDecimal,
  type MoneyJson,
} from '@sluice/money';
import { HttpClient, HttpNotSent } from '@sluice/outbound-http';
import { Inbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { RateBudget } from '@sluice/rate-budget';
import type { DataSource, EntityManager } from 'typeorm';
import { bookkeeperLimits } from '../network/bookkeeper.ts';
import type { Program, ProgramParts } from './service-process.ts';
import { hosts, tenant, topics, type Surroundings } from './surroundings.ts';

type PaymentUpdated = EventMap['sluice.cybersource.v1.PaymentUpdated'];

interface EntryInput {
  readonly path: '/books/payments' | '/books/credit-notes';
  readonly paymentId: string;
  readonly amount: MoneyJson;
}

/** Groups of this program. */
export const groups = { post: 'books.post-entry', project: 'books.project' } as const;

const kind = 'books.post-entry';
const appliedSql = `insert into applied (consumer, event_id, topic, key, version)
  select $1, e.id, $2, e.key, e.version from unnest($3::text[], $4::text[], $5::bigint[])
    with ordinality e (id, key, version, place) order by e.place`;

/** A consumer that keeps books with a vendor, and one that projects in batches: inbox, effects, rate budget, parking. */
export class BooksProgram implements Program {
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  async start(parts: ProgramParts): Promise<void> {
    const { dataSource } = parts;
    const effects = new Effects({ dataSource });
    const budget = new RateBudget(dataSource, { name: 'demo/books', ...bookkeeperLimits });
    registerEntry(effects, budget);
    const inbox = new Inbox();
    await parts.consume([
      {
        options: {
          topic: topics.notifications,
          group: groups.post,
          types: ['sluice.cybersource.v1.PaymentUpdated'],
          attemptsMax: 3,
        },
        handle: (deliveries) => this.#post(deliveries, { dataSource, effects, inbox }),
      },
      {
        options: {
          topic: topics.notifications,
          group: groups.project,
          types: [
            'sluice.cybersource.v1.PaymentUpdated',
            'sluice.cybersource.v1.NotificationReceived',
          ],
          batchMax: 8,
          attemptsMax: 3,
        },
        handle: (deliveries) => this.#project(deliveries, { dataSource, inbox }),
      },
    ]);
    parts.every(5_000, () => effects.resolveDue(50));
    parts.every(10_000, () => inbox.prune(dataSource, { retentionDays: 400, limit: 1_000 }));
  }

  async #post(
    deliveries: readonly Delivery[],
    work: { readonly dataSource: DataSource; readonly effects: Effects; readonly inbox: Inbox },
  ): Promise<void> {
    const [delivery] = deliveries;
    if (delivery === undefined) return;
    this.#surroundings.fate.handle(delivery);
    const data = delivery.event.data as PaymentUpdated;
    const path = pathOf(data.state);
    const key = `books/${data.paymentId}/${deriveId(delivery.event.id)}`;
    await inTransaction(work.dataSource, async (tx) => {
      const fresh = await work.inbox.fresh(tx, groups.post, deliveries);
      await noteApplied(tx, groups.post, fresh);
      if (fresh.length === 0 || path === undefined) return;
      const amount = moneyToJson(parseDecimal(data.amount, data.currency));
      const input: EntryInput = { path, paymentId: data.paymentId, amount };
      await work.effects.plan(tx, { key, kind, tenant, subject: data.paymentId, input });
    });
    if (path !== undefined) await work.effects.perform(key);
  }

  async #project(
    deliveries: readonly Delivery[],
    work: { readonly dataSource: DataSource; readonly inbox: Inbox },
  ): Promise<void> {
    for (const delivery of deliveries) this.#surroundings.fate.handle(delivery);
    await inTransaction(work.dataSource, async (tx) => {
      const fresh = await work.inbox.fresh(tx, groups.project, deliveries);
      await noteApplied(tx, groups.project, fresh);
    });
  }
}

async function noteApplied(
  tx: EntityManager,
  consumer: string,
  deliveries: readonly Delivery[],
): Promise<void> {
  if (deliveries.length === 0) return;
  await tx.query(appliedSql, [
    consumer,
    topics.notifications,
    deliveries.map(({ event }) => event.id),
    deliveries.map(({ event }) => event.key),
    deliveries.map(({ event }) => event.version?.toString() ?? null),
  ]);
}

function pathOf(state: string): EntryInput['path'] | undefined {
  if (state === 'captured') return '/books/payments';
  return state === 'refunded' ? '/books/credit-notes' : undefined;
}

function registerEntry(effects: Effects, budget: RateBudget): void {
  const http = new HttpClient({
    name: 'books',
    timeoutMs: 4_000,
    allowedHosts: [hosts.bookkeeper],
  });
  const base = `https://${hosts.bookkeeper}`;
  effects.register<EntryInput, { readonly id: string }>({
    kind,
    effectClass: 'C',
    resendSafe: true,
    quietPeriodMs: 11_000,
    leaseMs: 12_000,
    prepare: async () => {
      const permit = await budget.acquire({ waitMsMax: 0 });
      return () => permit.release();
    },
    send: async (input, { key }) => {
      const amount = moneyFromJson(input.amount);
      const { paymentId } = input;
      const body = { key, paymentId, amount: formatDecimal(amount), currency: amount.currency };
      const call = {
        method: 'POST',
        url: `${base}${input.path}`,
        body: JSON.stringify(body),
      } as const;
      const reply = await http.request(call).catch((error: unknown) => {
        if (error instanceof HttpNotSent) throw new NotExecuted(error.message, { cause: error });
        throw error;
      });
      if (reply.status === 201) return JSON.parse(reply.text) as { id: string };
      if (reply.status === 429) throw new NotExecuted('Slow down.', { retryAfterMs: 3_000 });
      if (reply.status === 400) throw new Rejected('REFUSED', 'The vendor refused.');
      throw new Error(`The vendor answered ${reply.status}.`);
    },
    lookUp: async (_input, { key }) => {
      const permit = await budget.acquire({ waitMsMax: 0 });
      try {
        const url = `${base}/books/search?key=${encodeURIComponent(key)}`;
        const reply = await http.request({ method: 'GET', url });
        if (reply.status !== 200) throw new Error(`The vendor answered ${reply.status}.`);
        return (JSON.parse(reply.text) as { found: { id: string }[] }).found;
      } finally {
        await permit.release();
      }
    },
  });
}
