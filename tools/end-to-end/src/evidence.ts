import { readFile } from 'node:fs/promises';
import pg from 'pg';
import type { Json } from './json.ts';
import { Topics, type TopicRecord } from './topics.ts';
import type { LedgerKinds, Twins } from './twins.ts';

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

/** Where evidence is found: a stack with its twins. */
export interface EvidenceSource {
  readonly servers: { readonly kafkaBrokers: string; readonly databaseUrl: string };
  readonly twins: Twins;
  /** The names of our services, without the twins. */
  serviceNames(): readonly string[];
  logFile(service: string): string;
}

/** Reads columns of a table of one service, or of every service that has its own. */
export interface TableReader {
  readonly read: (service: string, table: string, columns: string) => Promise<Row[]>;
  readonly readAll: (table: string, columns: string) => Promise<Row[]>;
}

/** Collects the evidence while nothing moves any more. */
export async function collectEvidence(stack: EvidenceSource): Promise<Evidence> {
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

async function readTables(stack: EvidenceSource): Promise<Tables> {
  return await readServiceTables(stack, async ({ read, readAll }) => {
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
  });
}

/** Reads tables of the services over one connection as the owner of the database. */
export async function readServiceTables<T>(
  stack: Pick<EvidenceSource, 'servers' | 'serviceNames'>,
  work: (reader: TableReader) => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: stack.servers.databaseUrl });
  client.on('error', () => undefined);
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
    return await work({ read, readAll });
  } finally {
    await client.end();
  }
}
