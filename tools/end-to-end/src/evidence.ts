import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Json } from './json.ts';
import { Topics, type TopicRecord } from './topics.ts';
import type { LedgerKinds } from './twins.ts';
import type { WholeStack } from './whole-stack.ts';

/** One row of a table, with the service it belongs to. */
export type Row = Json & { readonly service: string };

/** Everything the checker judges by: ledgers of the twins, tables, topics and logs. */
export interface Evidence {
  readonly cybersource: LedgerKinds;
  readonly zoho: LedgerKinds;
  readonly orders: readonly Row[];
  readonly payments: readonly Row[];
  readonly refunds: readonly Row[];
  readonly effects: readonly Row[];
  readonly attempts: readonly Row[];
  readonly runs: readonly Row[];
  readonly parkedKeys: readonly Row[];
  readonly heldKeys: readonly Row[];
  readonly outbox: readonly Row[];
  readonly records: readonly TopicRecord[];
  /** Text in which no card number may stand. */
  readonly logs: readonly string[];
}

/** Collects the evidence while nothing moves any more. */
export async function collectEvidence(stack: WholeStack): Promise<Evidence> {
  const topics = new Topics(stack.servers.kafkaBrokers);
  const [ledgers, tables, records, logs] = await Promise.all([
    stack.twins.ledgers(),
    readTables(stack),
    topics.names().then((names) => topics.read(names)),
    Promise.all(stack.serviceNames().map((name) => readFile(stack.logFile(name), 'utf8'))),
  ]);
  return { cybersource: ledgers.cybersource, zoho: ledgers.zoho, ...tables, records, logs };
}

type Tables = Omit<Evidence, 'cybersource' | 'zoho' | 'records' | 'logs'>;

async function readTables(stack: WholeStack): Promise<Tables> {
  const client = new pg.Client({ connectionString: stack.servers.databaseUrl });
  await client.connect();
  try {
    const read = async (service: string, table: string, columns: string): Promise<Row[]> => {
      const schema = service.replaceAll('-', '_');
      const { rows } = await client.query<Json>(`select ${columns} from ${schema}.${table}`);
      return rows.map((row) => ({ ...row, service }));
    };
    const readAll = async (table: string, columns: string): Promise<Row[]> => {
      const all: Row[] = [];
      for (const service of stack.serviceNames()) {
        all.push(...(await read(service, table, columns)));
      }
      return all;
    };
    const paymentColumns = 'payment_id, order_id, state, amount_minor::text, currency';
    return {
      orders: await read('commerce-gateway', 'shop_order', 'order_id, order_number'),
      payments: await read('cybersource-gateway', 'payment', paymentColumns),
      refunds: await read(
        'cybersource-gateway',
        'refund',
        'refund_id, payment_id, amount_minor::text, currency, state',
      ),
      effects: await readAll('effect', 'key, kind, subject, state, effect_class'),
      attempts: await readAll(
        'effect_attempt',
        'effect_key, step, act, epoch::text, outcome, started_at',
      ),
      runs: await read('workflow-engine', 'flow_run', 'run_id, flow, business_key, phase, outcome'),
      parkedKeys: await readAll('parked_key', 'consumer, key, state, cause_code, cause_message'),
      heldKeys: await readAll('outbox_held_key', 'topic, aggregateid, cause_code'),
      outbox: await readAll('outbox', 'id, topic, aggregateid, type, created_at'),
    };
  } finally {
    await client.end();
  }
}
