import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { outboxMigrations } from './index.ts';
import { RelayConnection } from './relay-connection.ts';
import { type Cursor, ShardLeases } from './shard-leases.ts';

const hourMs = 3_600_000;

let database: FreshDatabase;
let connection: RelayConnection;

beforeEach(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  connection = new RelayConnection(database.databaseUrl);
});

afterEach(async () => {
  await connection.close();
  await database.close();
});

function cursor(transaction: number, lastSeq = 0, s1: string | null = null): Cursor {
  return { s0: `${transaction}:${transaction}:`, s1, lastSeq: String(lastSeq) };
}

async function relay(owner: string): Promise<ShardLeases> {
  const leases = new ShardLeases(connection, { owner, leaseMs: hourMs });
  await leases.renewAndClaim();
  return leases;
}

/** Moves all shards of the relay. */
async function publish(leases: ShardLeases, ...places: readonly Cursor[]): Promise<void> {
  for (const place of places) await leases.advance(leases.owned, place);
}

/** As the rows of the shards say it, without the pages. */
async function ownPlaces(): Promise<unknown[]> {
  return connection.query(
    `select s0::text, s1::text, last_seq as "lastSeq", count(*)::int as shards from outbox_shard
     group by 1, 2, 3 order by shards`,
  );
}

async function pages(): Promise<unknown[]> {
  return connection.query('select owner, page::int as page from outbox_cursor order by 1, 2');
}

function placesOf(leases: ShardLeases): readonly Cursor[] {
  const places = leases.owned.map(({ s0, s1, lastSeq }) => ({ s0, s1, lastSeq }));
  return [...new Map(places.map((place) => [JSON.stringify(place), place])).values()];
}

async function endLeases(): Promise<void> {
  await connection.query(`update outbox_shard set lease_until = now() - interval '1 s'`);
  await connection.query(`update outbox_relay set lease_until = now() - interval '1 s'`);
}

describe('ShardLeases', () => {
  it('stores one row for a page while all shards stand at one place, and no version of a shard', async () => {
    const leases = await relay('a');
    const before = await connection.query('select ctid, xmin from outbox_shard order by shard');

    await publish(leases, cursor(900_001), cursor(900_001, 7, '900002:900002:'), cursor(900_002));

    expect(await pages()).toEqual([1, 2, 3].map((page) => ({ owner: 'a', page })));
    const after = await connection.query('select ctid, xmin from outbox_shard order by shard');
    expect(after).toEqual(before);
  });

  it('writes the place into the rows of the shards with the next renewal, and the pages go', async () => {
    const leases = await relay('a');
    await publish(leases, cursor(900_001), cursor(900_001, 7, '900002:900002:'));

    await leases.renewAndClaim();

    const place = { s0: '900001:900001:', s1: '900002:900002:', lastSeq: '7' };
    expect(await ownPlaces()).toEqual([{ ...place, shards: 64 }]);
    expect(await pages()).toEqual([]);
    await publish(leases, cursor(900_003));
    expect(await pages()).toEqual([{ owner: 'a', page: 3 }]);
  });

  it('goes on at the last page of a relay whose lease ended, and that one is fenced', async () => {
    const dead = await relay('dead');
    const last = cursor(900_001, 8, '900002:900002:');
    await publish(dead, cursor(900_001, 7, '900002:900002:'), last);
    await endLeases();

    const heir = await relay('heir');

    expect(heir.owned).toHaveLength(64);
    expect(placesOf(heir)).toEqual([last]);
    expect(await ownPlaces()).toEqual([{ ...last, shards: 64 }]);
    await publish(heir, cursor(900_005));
    await publish(dead, cursor(900_009));
    expect(dead.owned).toEqual([]);
    await heir.release();
    await relay('third');
    expect(await pages()).toEqual([]);
  });

  it('goes on at the last page long after everybody has forgotten the dead relay', async () => {
    const dead = await relay('dead');
    await publish(dead, cursor(900_001));
    await endLeases();
    await connection.query(`update outbox_relay set lease_until = now() - interval '1 hour'`);

    const heir = await relay('heir');

    expect(await connection.query('select owner from outbox_relay')).toEqual([{ owner: 'heir' }]);
    expect(placesOf(heir)).toEqual([cursor(900_001)]);
  });

  it('keeps what was not taken, and follows its pages again after the next renewal', async () => {
    const leases = await relay('a');
    await publish(leases, cursor(900_001));
    await connection.query(
      `update outbox_shard set owner = 'thief', epoch = epoch + 1 where shard < 10`,
    );

    await publish(leases, cursor(900_002));

    expect(leases.owned.map(({ shard }) => shard)).toEqual(
      Array.from({ length: 54 }, (_, index) => index + 10),
    );
    expect(placesOf(leases)).toEqual([cursor(900_002)]);
    expect(await ownPlaces()).toMatchObject([{ shards: 10 }, { ...cursor(900_002), shards: 54 }]);
    expect(await pages()).toEqual([{ owner: 'a', page: 1 }]);
    await leases.renewAndClaim();
    await publish(leases, cursor(900_003));
    expect(await ownPlaces()).toMatchObject([{ shards: 10 }, { ...cursor(900_002), shards: 54 }]);
    expect(await pages()).toEqual([{ owner: 'a', page: 3 }]);
  });

  it('hands shards over at its last page to a relay that joins', async () => {
    const old = await relay('a');
    await publish(old, cursor(900_001), cursor(900_002));
    const joining = await relay('b');

    await old.renewAndClaim();
    await joining.renewAndClaim();

    expect([old.owned.length, joining.owned.length]).toEqual([32, 32]);
    expect([placesOf(old), placesOf(joining)]).toEqual([[cursor(900_002)], [cursor(900_002)]]);
  });

  it('leaves its place behind when it stops, and no pages', async () => {
    const leases = await relay('a');
    await publish(leases, cursor(900_001));

    await leases.release();

    expect(await ownPlaces()).toEqual([{ ...cursor(900_001), shards: 64 }]);
    expect(await pages()).toEqual([]);
    expect(placesOf(await relay('b'))).toEqual([cursor(900_001)]);
  });

  it('moves shards at different places each by its own row', async () => {
    await connection.query(`update outbox_shard set s0 = '900000:900000:' where shard < 4`);
    const leases = await relay('a');
    const [few, rest] = leases.groups().toSorted((one, two) => one.length - two.length);

    await leases.advance(few ?? [], cursor(900_001));
    await leases.advance(rest ?? [], cursor(900_001));

    expect(await pages()).toEqual([]);
    expect(await ownPlaces()).toEqual([{ ...cursor(900_001), shards: 64 }]);
    await leases.renewAndClaim();
    await publish(leases, cursor(900_002));
    expect(await pages()).toEqual([{ owner: 'a', page: 1 }]);
  });
});

describe('outbox_place', () => {
  it('says where every shard stands, with and without pages, and before and after the migration is undone', async () => {
    const leases = await relay('a');
    await publish(leases, cursor(900_001), cursor(900_002));
    const place = { s0: '900002:900002:', s1: null, shards: 64 };
    const placesSql = (table: string): string =>
      `select s0::text, s1::text, count(*)::int as shards from ${table} group by 1, 2`;
    expect(await connection.query(placesSql('outbox_place'))).toEqual([place]);

    await database.dataSource.undoLastMigration();

    expect(await connection.query(placesSql('outbox_shard'))).toEqual([place]);
  });
});
