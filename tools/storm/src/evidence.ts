import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ask,
  collectEvidence,
  deviationsOf,
  readServiceTables,
  testCards,
  type Evidence,
  type Json,
  type LedgerKinds,
  type Row,
} from '@sluice/end-to-end';
import pg from 'pg';
import type { DoneFault } from './fault-runner.ts';
import type { Journal, OrderEntry, RefundEntry } from './journal.ts';
import type { StormStack } from './storm-stack.ts';
import type { Sightings } from './watcher.ts';

/** One request as Zoho received it. */
export interface ReceivedRequest {
  readonly path: string;
  readonly status: number;
  readonly atMs: number;
}

/** Everything that a storm is judged by. */
export interface StormEvidence extends Evidence {
  readonly shop: LedgerKinds;
  readonly asked: readonly OrderEntry[];
  readonly refundsAsked: readonly RefundEntry[];
  /** What of the acknowledged orders is not as it must be, in words. */
  readonly deviations: readonly string[];
  readonly orderContents: readonly Row[];
  readonly paymentRows: readonly Row[];
  readonly notifications: readonly Row[];
  readonly inbox: readonly Row[];
  readonly timeline: readonly Row[];
  readonly effectEnds: readonly Row[];
  readonly zohoRequests: readonly ReceivedRequest[];
  readonly faults: readonly DoneFault[];
  /** Keys of effects that wait for people and that an operator can see. */
  readonly shownToPeople: ReadonlySet<string>;
  /** What was seen of effects and payments during the storm. */
  readonly sightings: Sightings;
  /** What was still open when the time to heal was over. */
  readonly leftOpen: readonly string[];
  /** Places that hold a card number or a secret, in words. */
  readonly leaks: readonly string[];
}

/** What the storm itself knows: what it asked for, what it saw, and what was open at its end. */
export interface StormMemory {
  readonly journal: Journal;
  readonly sightings: Sightings;
  readonly leftOpen: readonly string[];
  readonly faults: readonly DoneFault[];
}

/** Collects all evidence, past the proxies, while nothing moves any more. */
export async function collectStormEvidence(
  stack: StormStack,
  { journal, sightings, leftOpen, faults }: StormMemory,
): Promise<StormEvidence> {
  const base = await collectEvidence(stack);
  const { shop } = await stack.twins.ledgers();
  const tables = await readTables(stack);
  return {
    ...base,
    ...tables,
    shop,
    asked: journal.orders,
    refundsAsked: journal.refunds,
    deviations: await deviationsOf(stack, journal.acknowledgedOrders()),
    zohoRequests: await requestsAtZoho(stack),
    shownToPeople: await shownToPeople(stack),
    sightings,
    leftOpen,
    faults,
    leaks: await leaksIn(stack, base),
  };
}

type Tables = Pick<
  StormEvidence,
  'orderContents' | 'paymentRows' | 'notifications' | 'inbox' | 'timeline' | 'effectEnds'
>;

async function readTables(stack: StormStack): Promise<Tables> {
  return await readServiceTables(stack, async ({ read, readAll }) => ({
    orderContents: await read('commerce-gateway', 'shop_order', 'order_id, order_number, content'),
    paymentRows: await read(
      'cybersource-gateway',
      'payment',
      'payment_id, order_id, order_number, state, version::text, amount_minor::text, currency',
    ),
    notifications: await read(
      'cybersource-gateway',
      'notification',
      'notification_id, event_type, transaction_id, payment_id, payload, outcome',
    ),
    inbox: await readAll('inbox', 'consumer, event_id'),
    timeline: await read('console', 'timeline_entry', 'topic, event_id'),
    effectEnds: await readAll(
      'effect',
      'key, kind, subject, state, epoch::text, finished_at, updated_at',
    ),
  }));
}

async function requestsAtZoho(stack: StormStack): Promise<ReceivedRequest[]> {
  const { requests } = await stack.twins.control('zoho', '/ledger/requests?limit=10000000');
  return (requests as readonly Json[]).map((request) => ({
    path: String(request['path']),
    status: Number(request['status']),
    atMs: Date.parse(String(request['at'])),
  }));
}

/** Keys of effects that the operator's list of a service shows as waiting for people. */
async function shownToPeople(stack: StormStack): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const name of stack.serviceNames()) {
    for (const state of ['MANUAL', 'DUPLICATE']) {
      const url = `${stack.services.urlOf(name)}/ops/effects?state=${state}&limit=200`;
      const headers = { authorization: `Bearer ${stack.secret('ops-token')}` };
      const { body: found } = await ask(url, { headers });
      if (!Array.isArray(found)) continue;
      for (const effect of found as readonly Json[]) keys.add(String(effect['key']));
    }
  }
  return keys;
}

const secretCharactersMin = 12;

/** Every place that holds a card number or one of this stack's secrets: tables, topics and logs. */
async function leaksIn(stack: StormStack, { records, logs }: Evidence): Promise<string[]> {
  const forbidden = [
    ...testCards.map((text) => ({ what: 'card number', text })),
    ...(await secretsOf(stack)).map(({ name, text }) => ({ what: `secret ${name}`, text })),
  ];
  const inTables = await tableLeaks(stack, forbidden);
  const topics = new Map<string, string>();
  for (const { topic, value, headers } of records) {
    const texts = [value.toString('latin1'), JSON.stringify(headers)];
    topics.set(topic, `${topics.get(topic) ?? ''}${texts.join('\n')}\n`);
  }
  const inTopics = [...topics].flatMap(([topic, text]) =>
    forbidden
      .filter((each) => text.includes(each.text))
      .map(({ what }) => `leak: ${what} on topic ${topic}`),
  );
  const inLogs = forbidden
    .filter((each) => logs.some((log) => log.includes(each.text)))
    .map(({ what }) => `leak: ${what} in a log`);
  return [...inTables, ...inTopics, ...inLogs];
}

async function secretsOf(stack: StormStack): Promise<{ name: string; text: string }[]> {
  const folder = stack.secretsFolder();
  const names = (await readdir(folder)).filter((name) => !name.endsWith('-id'));
  const secrets = await Promise.all(
    names.map(async (name) => ({
      name,
      text: (await readFile(join(folder, name), 'utf8')).trim(),
    })),
  );
  return secrets.filter(({ text }) => text.length >= secretCharactersMin);
}

async function tableLeaks(
  stack: StormStack,
  forbidden: readonly { readonly what: string; readonly text: string }[],
): Promise<string[]> {
  const client = new pg.Client({ connectionString: stack.servers.databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `select format('%I.%I', n.nspname, c.relname) as name from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and n.nspname = any($1)`,
      [stack.serviceNames().map((name) => name.replaceAll('-', '_'))],
    );
    const leaks: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ text: string }>(
        `select f.text from unnest($1::text[]) f (text)
         where exists (select 1 from ${name} t where position(f.text in t::text) > 0)`,
        [forbidden.map(({ text }) => text)],
      );
      for (const { text } of rows) {
        const what = forbidden.find((each) => each.text === text)?.what ?? '';
        leaks.push(`leak: ${what} in table ${name}`);
      }
    }
    return leaks;
  } finally {
    await client.end();
  }
}
