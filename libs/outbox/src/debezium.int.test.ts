import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localCodec } from '@sluice/contracts/testing';
import { fromWire } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { orderEvent } from './fixtures/outbox-fixture.ts';
import { Outbox, outboxMigrations } from './index.ts';

const folder = join(import.meta.dirname, '../../../deploy/debezium');
const { config } = JSON.parse(readFileSync(join(folder, 'outbox-connector.json'), 'utf8')) as {
  config: Readonly<Record<string, string>>;
};
const router = 'transforms.outbox.';
const exampleSchema = 'cybersource_gateway';

let database: FreshDatabase;

beforeAll(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
});

afterAll(() => database.close());

/** Column and header of each additional placement. */
function placements(): readonly { readonly column: string; readonly header: string }[] {
  return (config[`${router}table.fields.additional.placement`] ?? '').split(',').map((each) => {
    const [column = '', place, header = ''] = each.split(':');
    expect(place).toBe('header');
    return { column, header };
  });
}

function routerColumn(name: string): string {
  return config[`${router}${name}`] ?? '';
}

/** Headers with the same value on every message. */
function fixedHeaders(): Record<string, string> {
  const names = (config['transforms'] ?? '').split(',').filter((name) => name !== 'outbox');
  return Object.fromEntries(
    names.map((name) => [
      config[`transforms.${name}.header`] ?? '',
      config[`transforms.${name}.value.literal`] ?? '',
    ]),
  );
}

/** What Debezium hands over for a column: a timestamp as ISO text in UTC, everything else as its text. */
function headerText(value: string | Date | null | undefined): string | undefined {
  return value instanceof Date ? value.toISOString() : (value ?? undefined);
}

describe('the configuration for Debezium', () => {
  it('names only columns that the outbox has', async () => {
    const rows: { name: string }[] = await database.dataSource.query(
      `select attname as name from pg_attribute
       where attrelid = 'outbox'::regclass and attnum > 0 and not attisdropped`,
    );
    const known = rows.map(({ name }) => name);
    const named = [
      routerColumn('table.field.event.id'),
      routerColumn('table.field.event.key'),
      routerColumn('table.field.event.payload'),
      routerColumn('route.by.field'),
      ...placements().map(({ column }) => column),
    ];

    expect(known).toEqual(expect.arrayContaining(named));
  });

  it('puts everything into the headers that our consumers need', async () => {
    const codec = await localCodec();
    const event = orderEvent({ key: 'order-7', version: 3n, source: 'cybersource-gateway' });
    await inTransaction(database.dataSource, (tx) => new Outbox({ codec }).append(tx, [event]));
    const [row = {}]: Record<string, string | Date | null>[] =
      await database.dataSource.query('select * from outbox');
    const placed = placements().flatMap(({ column, header }) => {
      const text = headerText(row[column]);
      return text === undefined ? [] : [[header, text]];
    });

    const read = await fromWire(
      {
        topic: headerText(row[routerColumn('route.by.field')]) ?? '',
        key: headerText(row[routerColumn('table.field.event.key')]) ?? '',
        value: row[routerColumn('table.field.event.payload')] as unknown as Buffer,
        headers: { ...fixedHeaders(), ...(Object.fromEntries(placed) as Record<string, string>) },
        partition: 0,
        offset: 0n,
        timestampMs: 0n,
      },
      codec,
    );

    const { id, type, key, tenant, source, version, data } = event;
    expect(read).toMatchObject({ id, type, key, tenant, source, version, data });
    expect(row['topic']).toBe('orders.v1');
  });

  it('publishes the whole outbox and no single day', async () => {
    const [schema]: { name: string }[] = await database.dataSource.query(
      'select current_schema() as name',
    );
    const script = readFileSync(join(folder, 'publication.sql'), 'utf8');
    const [create = ''] = script
      .replaceAll(/^--.*$/gm, '')
      .replaceAll(exampleSchema, schema?.name ?? '')
      .split(';');
    const admin = new Client({ connectionString: inject('databaseUrl') });
    await admin.connect();
    await admin.query(create);

    const { rows } = await admin.query<{ tablename: string }>(
      'select tablename from pg_publication_tables where schemaname = $1',
      [schema?.name],
    );
    await admin.query(`drop publication sluice_outbox_${schema?.name}`);
    await admin.end();

    expect(rows).toEqual([{ tablename: 'outbox' }]);
    expect(config['publication.name']).toBe(`sluice_outbox_${exampleSchema}`);
    expect(config['table.include.list']).toBe(`${exampleSchema}.outbox`);
    expect(config['publication.autocreate.mode']).toBe('disabled');
  });
});
