import { localCodec } from '@sluice/contracts/testing';
import { until } from '@sluice/messaging/testing';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import { Client } from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ListPublisher, orderEvent, quickRelay } from './fixtures/outbox-fixture.ts';
import { RelayProcess, buildRelayProgram } from './fixtures/relay-process.ts';
import { Outbox, type OutboxRelay, RelayBell, outboxMigrations } from './index.ts';
import { RelayConnection } from './relay-connection.ts';
import { ShardLeases } from './shard-leases.ts';

const keyCount = 40;
const hourMs = 3_600_000;
const patience = { timeoutMs: 30_000 };

let database: FreshDatabase;
let outbox: Outbox;
let publisher: ListPublisher;
let relays: OutboxRelay[];
let processes: RelayProcess[];
let versions: number[];

beforeAll(() => buildRelayProgram());

beforeEach(async () => {
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  await database.dataSource.query(`
    create table published (
      place bigint generated always as identity, relay int, id text, key text, subject text,
      at timestamptz not null default clock_timestamp())`);
  outbox = new Outbox({ codec: await localCodec() });
  publisher = new ListPublisher();
  relays = [];
  processes = [];
  versions = Array.from({ length: keyCount }, () => 0);
});

afterEach(async () => {
  await Promise.all(processes.map((each) => each.kill()));
  await Promise.all(relays.map((relay) => relay.stop()));
  await database.close();
});

function startRelay(): OutboxRelay {
  const { dataSource } = database;
  const relay = quickRelay({ dataSource, publisher, leaseMs: hourMs, batchMax: 50 });
  relays.push(relay);
  relay.start();
  return relay;
}

function startProcess(pollMs = 20, leaseMs = 1_500): RelayProcess {
  const started = new RelayProcess({ databaseUrl: database.databaseUrl, leaseMs, pollMs });
  processes.push(started);
  return started;
}

/** One event for every key, in one transaction per five keys. */
async function appendRound(): Promise<void> {
  for (let first = 0; first < keyCount; first += 5) {
    const events = [0, 1, 2, 3, 4].map((next) => {
      const key = first + next;
      versions[key] = (versions[key] ?? 0) + 1;
      return orderEvent({ key: `k${key}`, subject: String(versions[key]) });
    });
    await inTransaction(database.dataSource, (tx) => outbox.append(tx, events));
  }
}

/** Appends until told to stop. */
function appendAllTheTime(): { stop(): Promise<void> } {
  const writing = { isStopped: false };
  const written = (async () => {
    while (!writing.isStopped) await appendRound();
  })();
  return {
    stop: async () => {
      writing.isStopped = true;
      await written;
    },
  };
}

async function sharesOf(count: number): Promise<void> {
  const counts = (): number[] => relays.map((relay) => relay.ownedShards());
  const isBalanced = (): boolean => {
    const owning = counts().filter((owned) => owned > 0);
    const isEven = Math.max(...owning) - Math.min(...owning) <= 1;
    return owning.length === count && isEven && sum(owning) === 64;
  };
  await until(isBalanced, { what: `${count} even shares`, ...patience });
}

async function processSharesOf(...sharing: readonly RelayProcess[]): Promise<void> {
  const owned = (): number[] => sharing.map(({ ownedShards }) => ownedShards);
  const isBalanced = (): boolean =>
    sum(owned()) === 64 && Math.max(...owned()) - Math.min(...owned()) <= 1;
  await until(isBalanced, { what: `even shares of ${sharing.length} processes`, ...patience });
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

interface Published {
  readonly key: string;
  readonly subject: string;
  readonly relay: number;
}

async function tableRows(): Promise<readonly Published[]> {
  return await database.dataSource.query(
    'select key, subject, relay from published order by place',
  );
}

/** Waits until every event is in the table. */
async function allPublished(): Promise<void> {
  const isDone = async (): Promise<boolean> => {
    const [row]: { ids: number }[] = await database.dataSource.query(
      'select count(distinct id)::int as ids from published',
    );
    return row?.ids === sum(versions);
  };
  await until(isDone, { what: 'every row to be published', ...patience });
}

/** The first time that each event of each key was published: 1, 2, 3 … when none is missing or overtaken. */
function expectOrder(published: readonly Omit<Published, 'relay'>[]): void {
  for (const [key, version] of versions.entries()) {
    const subjects = published
      .filter((each) => each.key === `k${key}`)
      .map((each) => Number(each.subject));
    const expected = Array.from({ length: version }, (_, n) => n + 1);
    expect([...new Set(subjects)]).toEqual(expected);
  }
}

describe('OutboxRelay among others', () => {
  it('shares the shards evenly as relays join and stop, without a repeat or an overtaking', async () => {
    startRelay();
    const writing = appendAllTheTime();
    await sharesOf(1);
    startRelay();
    await sharesOf(2);
    const third = startRelay();
    await sharesOf(3);
    await third.stop();
    await sharesOf(2);
    await relays[0]?.stop();
    await sharesOf(1);
    await writing.stop();

    await publisher.reached(sum(versions));
    expectOrder(
      publisher.published.map(({ key, headers }) => ({
        key,
        subject: headers['ce_subject'] ?? '',
      })),
    );
    expect(publisher.published).toHaveLength(sum(versions));
  });

  it('reads shards that came from several relays as one group again', async () => {
    startRelay();
    startRelay();
    startRelay();
    await sharesOf(3);
    const writing = appendAllTheTime();
    await publisher.reached(100);
    await relays[1]?.stop();
    await relays[2]?.stop();
    await sharesOf(1);

    const isOneGroup = async (): Promise<boolean> => {
      const [row]: { places: number }[] = await database.dataSource.query(
        'select count(distinct (s0::text, s1::text, last_seq))::int as places from outbox_shard',
      );
      return row?.places === 1;
    };
    await until(isOneGroup, { what: 'all shards at one place', ...patience });
    await writing.stop();
  });

  it('takes over from a process that was killed once its leases end', async () => {
    const [one, two, three] = [startProcess(), startProcess(), startProcess()];
    await processSharesOf(one, two, three);
    const writing = appendAllTheTime();
    await two.publishing();
    two.signal('SIGKILL');

    await processSharesOf(one, three);
    await writing.stop();
    await allPublished();

    expectOrder(await tableRows());
  });

  it('lets a process that stood still past its lease repeat at most one page, and move no cursor', async () => {
    const [zombie, other] = [startProcess(), startProcess()];
    await processSharesOf(zombie, other);
    const writing = appendAllTheTime();
    await zombie.publishing();
    zombie.signal('SIGSTOP');
    const rows = await tableRows();
    const before = rows.filter(({ relay }) => relay === zombie.pid).length;
    await until(() => other.ownedShards === 64, { what: 'the other to own all', ...patience });
    await writing.stop();
    await allPublished();
    const cursors = await cursorsOf();

    zombie.signal('SIGCONT');
    await processSharesOf(zombie, other);

    const late = (await tableRows()).filter(({ relay }) => relay === zombie.pid).slice(before);
    expect(late.length).toBeLessThanOrEqual(50);
    const after = await cursorsOf();
    for (const [shard, xmax] of cursors.entries()) {
      expect(after[shard]).toBeGreaterThanOrEqual(xmax);
    }
    await appendRound();
    await allPublished();
    expectOrder(await tableRows());
  });

  it('is woken by the commit of another process within moments, although it hardly polls', async () => {
    const [one, two] = [startProcess(hourMs, hourMs), startProcess(hourMs, hourMs)];
    await processSharesOf(one, two);
    const bell = new RelayBell({ databaseUrl: database.databaseUrl });
    const end = outbox.onWake((shards) => bell.ring(shards));

    // Without work the pause between two looks doubles, so that after these seconds a look is seconds away.
    for (let round = 0; round < 2; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      await appendRound();
      await allPublished();
    }
    end();
    await bell.close();

    const [latency]: { slowest: number }[] = await database.dataSource.query(`
      select max(extract(epoch from p.at - o.created_at) * 1000)::float as slowest
      from published p join outbox o using (id)`);
    expect(latency?.slowest).toBeLessThan(1_500);
  });
});

describe('ShardLeases', () => {
  const leaseMs = hourMs;

  function leasesOf(owner: string, connection: RelayConnection): ShardLeases {
    return new ShardLeases(connection, { owner, leaseMs });
  }

  /** One that comes when one that died and one that lives have all shards. */
  async function joiningTwo(connection: RelayConnection): Promise<ShardLeases> {
    for (const owner of ['a-dead', 'b-living']) await leasesOf(owner, connection).renewAndClaim();
    return leasesOf('c-joining', connection);
  }

  it('calls the others once for shards it lacks, not at every look while a dead one keeps them', async () => {
    const connection = new RelayConnection(database.databaseUrl);
    const joining = await joiningTwo(connection);

    const calls: boolean[] = [];
    for (let look = 0; look < 5; look += 1) calls.push(await joining.renewAndClaim());

    expect(joining.hasShare).toBe(false);
    expect(calls).toEqual([true, false, false, false, false]);
    await connection.close();
  });

  it('calls again when it has got some of the shards it lacks, and when a relay has gone', async () => {
    const connection = new RelayConnection(database.databaseUrl);
    const joining = await joiningTwo(connection);
    await joining.renewAndClaim();
    expect(await joining.renewAndClaim()).toBe(false);

    await connection.query('update outbox_shard set owner = null where shard < 10');
    expect(await joining.renewAndClaim()).toBe(true);
    expect(joining.owned).toHaveLength(10);
    expect(await joining.renewAndClaim()).toBe(false);

    await connection.query(`update outbox_relay set lease_until = now() where owner = 'a-dead'`);
    expect(await joining.renewAndClaim()).toBe(true);
    expect(await joining.renewAndClaim()).toBe(false);
    await connection.close();
  });
});

describe('RelayBell', () => {
  it('tells which shards have rows, and together what is told while one call is on its way', async () => {
    const calls: string[] = [];
    const listener = new Client({ connectionString: database.databaseUrl });
    listener.on('notification', ({ payload = '' }) => calls.push(payload));
    await listener.connect();
    const [channel]: { name: string }[] = await database.dataSource.query(
      `select quote_ident('sluice_outbox.' || current_schema()) as name`,
    );
    await listener.query(`listen ${channel?.name}`);
    const bell = new RelayBell({ databaseUrl: database.databaseUrl });

    for (let shard = 0; shard < 32; shard += 1) bell.ring([shard]);
    await bell.close();
    await listener.query('select 1');
    await listener.end();

    expect(calls).toEqual(['ffffffff']);
  });
});

async function cursorsOf(): Promise<bigint[]> {
  const rows: { xmax: string }[] = await database.dataSource.query(
    'select pg_snapshot_xmax(s0)::text as xmax from outbox_shard order by shard',
  );
  return rows.map(({ xmax }) => BigInt(xmax));
}
