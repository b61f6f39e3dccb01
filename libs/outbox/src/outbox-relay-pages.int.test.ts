import { localCodec } from '@sluice/contracts/testing';
import type { EventRecord } from '@sluice/messaging';
import { until } from '@sluice/messaging/testing';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { ListPublisher, orderEvent, quickRelay } from './fixtures/outbox-fixture.ts';
import { Outbox, type OutboxRelay, outboxMigrations } from './index.ts';

let database: FreshDatabase;
let outbox: Outbox;
let publisher: ListPublisher;
let relays: OutboxRelay[];

beforeEach(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  outbox = new Outbox({ codec: await localCodec() });
  publisher = new ListPublisher();
  relays = [];
});

afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await database.close();
});

function startRelay(overrides: Partial<Parameters<typeof quickRelay>[0]> = {}): OutboxRelay {
  const relay = quickRelay({ dataSource: database.dataSource, publisher, ...overrides });
  relays.push(relay);
  relay.start();
  return relay;
}

async function append(...events: readonly EventRecord[]): Promise<void> {
  await inTransaction(database.dataSource, (tx) => outbox.append(tx, events));
}

function events(count: number, key = 'order-1'): EventRecord[] {
  return Array.from({ length: count }, () => orderEvent({ key }));
}

function idsOf(list: readonly EventRecord[]): string[] {
  return list.map(({ id }) => id);
}

describe('OutboxRelay with more than one page', () => {
  it('pages a window that is larger than one batch, each row once', async () => {
    const list = events(95);
    await append(...list);

    startRelay({ batchMax: 10 });
    await publisher.reached(95);
    await append(...events(1, 'after'));
    await publisher.reached(96);

    expect(publisher.ids().slice(0, 95)).toEqual(idsOf(list));
    expect(publisher.published).toHaveLength(96);
  });

  it('reads the next page while a page is published, and publishes it only then', async () => {
    const list = events(35);
    await append(...list);
    const acknowledged = Promise.withResolvers<void>();
    const publish = vi
      .spyOn(publisher, 'publish')
      .mockImplementationOnce(async () => await acknowledged.promise);

    startRelay({ batchMax: 10 });
    // The last statement of the relay's connection is one that goes on behind a sequence.
    const hasReadOn = async (): Promise<boolean> => {
      const [row]: { count: number }[] = await database.dataSource.query(
        `select count(*)::int from pg_stat_activity where datname = current_database()
         and pid <> pg_backend_pid() and state = 'idle' and query like $1`,
        ['%and seq > $4%'],
      );
      return row?.count === 1;
    };
    await until(hasReadOn, { what: 'the second page to be read' });
    expect(publish).toHaveBeenCalledTimes(1);
    acknowledged.resolve();
    await publisher.reached(25);

    expect(publisher.ids()).toEqual(idsOf(list.slice(10)));
  });

  it('cuts a page by bytes, but never to nothing', async () => {
    const list = events(9);
    await append(...list);

    startRelay({ batchBytesMax: 1 });
    await publisher.reached(9);

    expect(publisher.ids()).toEqual(idsOf(list));
  });
});
