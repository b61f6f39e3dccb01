import { type Clock, newId } from '@sluice/clock';
import { type Failure, classify } from '@sluice/failure';
import type { Publisher } from '@sluice/messaging';
import { counter, gauge } from '@sluice/telemetry';
import type { DataSource } from 'typeorm';
import { HeldKeys, wireOf } from './held-keys.ts';
import { type PartitionOptions, maintainPartitions } from './partitions.ts';
import { RelayBell, relayCallOf } from './relay-bell.ts';
import { RelayConnection } from './relay-connection.ts';
import { RelayPause } from './relay-pause.ts';
import { type Cursor, type OwnedShard, ShardLeases } from './shard-leases.ts';
import { type OutboxRow, type Page, readPage } from './window-reader.ts';

/** How a relay works. */
export interface OutboxRelayOptions extends PartitionOptions {
  readonly dataSource: DataSource;
  readonly publisher: Publisher;
  readonly clock: Clock;
  /** Rows of one page, which is one publish. @minimum 1 @default 500 */
  readonly batchMax?: number;
  /** Bytes of the payloads of one page; one row may exceed it. @default 4_194_304 */
  readonly batchBytesMax?: number;
  /** Pause between looks when nothing happens and nobody wakes it. @default 500 */
  readonly pollMs?: number;
  /**
   * Longest time from one look to the next after one that found 4 to 99 rows: the next waits for about 50 rows at the
   * rate at which these came, so that fewer and larger pages leave. A row that comes alone holds nothing back.
   * 0 looks at every wake. @default 25
   */
  readonly gatherMs?: number;
  /** A relay that stands still longer loses its shards to another. @default 7_500 */
  readonly leaseMs?: number;
  /** Hears of every look that failed; the relay goes on by itself. */
  readonly onError?: (error: unknown) => void;
}

const pauseMsMin = 4;
/** Fewer rows tell of no load, so that whatever comes next is looked for at once. */
const gatherRowsMin = 4;
/** More rows tell of a backlog, which must not wait. */
const gatherRowsMax = 99;
/** With so many rows a page costs little for each of them. */
const gatherRowsAim = 50;
const errorPauseMsMax = 1_000;
const claimMs = 1_000;
const renewMsMax = 5_000;
const silenceMsUsual = 5_000;
const maintenanceMs = 3_600_000;
/** Groups of shards read in one snapshot; more would hold too many pages in memory. */
const groupsMax = 4;

const published = counter('sluice_outbox_published', 'Outbox rows acknowledged by the broker');
const quarantined = counter('sluice_outbox_quarantined', 'Outbox rows the broker refuses for good');
const failedLooks = counter('sluice_outbox_relay_errors', 'Looks of the relay that failed');

/**
 * Publishes the rows of the outbox, at least once, those of one key in order.
 *
 * The relays of all processes on a database share its 64 shards evenly: one that joins gets its part at the next
 * look of the others, one that stops hands over at once, and one that died or hangs loses its shards when their
 * lease ends.
 *
 * Rows wait while the broker or the database is down. A row that the broker refuses for good is
 * quarantined together with all later ones of its key; other keys go on.
 */
export class OutboxRelay {
  readonly #options: OutboxRelayOptions;
  readonly #connection: RelayConnection;
  readonly #leases: ShardLeases;
  readonly #held: HeldKeys;
  readonly #bell: RelayBell;
  readonly #pause = new RelayPause();
  readonly #leaseMs: number;
  #running: Promise<void> | undefined;
  #isStopping = false;
  #leasesDueMs = 0;
  #isCalledToTend = false;
  #maintenanceDueMs = 0;
  #oldestMs: number | undefined;
  #lookedMs = 0;
  /** Of the last look. */
  #rowsFound = 0;
  /** When the last look that found rows began. */
  #foundMs = 0;
  /** Read while the page before it is published. */
  #ahead: ReadAhead | undefined;
  #removeGauges: (() => void)[] = [];

  constructor(options: OutboxRelayOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 7_500;
    const { url } = options.dataSource.options as { url?: string };
    if (url === undefined) throw new Error('The relay needs a data source made from a URL');
    this.#connection = new RelayConnection(url, (payload) => this.#called(payload));
    this.#bell = new RelayBell({ databaseUrl: url });
    this.#leases = new ShardLeases(this.#connection, { owner: newId(), leaseMs: this.#leaseMs });
    this.#held = new HeldKeys(this.#connection);
  }

  /** Begins to look; returns at once. May be called again after `stop`. */
  start(): void {
    if (this.#running !== undefined) return;
    this.#isStopping = false;
    this.#lookedMs = this.#options.clock.monotonicMs();
    this.#foundMs = this.#lookedMs;
    this.#removeGauges = [
      gauge(
        'sluice_outbox_oldest_unpublished_age_ms',
        'Age of the oldest unpublished row',
        (tell) => tell(this.oldestUnpublishedAgeMs()),
      ),
      gauge('sluice_outbox_held_keys', 'Keys quarantined in the outbox', (tell) =>
        tell(this.#held.size),
      ),
      gauge('sluice_outbox_owned_shards', 'Outbox shards that this process publishes', (tell) =>
        tell(this.ownedShards()),
      ),
    ];
    this.#running = this.#run();
  }

  /** Ends after the page in work and gives the shards back. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#pause.cancel();
    await this.#running;
    this.#running = undefined;
    for (const remove of this.#removeGauges) remove();
    const hasHeirs = await this.#leases.release().catch(() => false);
    if (hasHeirs) await this.#bell.callToTend();
    await Promise.all([this.#bell.close(), this.#connection.close()]);
  }

  /**
   * Looks at once instead of at the next poll, and wakes the relays of other processes when they own some of
   * these shards.
   * @param shards shards with new rows; any when left out.
   */
  wake(shards?: readonly number[]): void {
    const foreign = this.#leases.others === 0 ? [] : this.#leases.foreignOf(shards);
    if (shards === undefined || foreign.length < shards.length) this.#pause.wake();
    if (foreign.length > 0) this.#bell.ring(foreign);
  }

  /** Looks at free shards and released keys at once, in every process. */
  async tend(): Promise<void> {
    this.#isCalledToTend = true;
    this.#pause.wake();
    if (this.#leases.others > 0) await this.#bell.callToTend();
  }

  /**
   * Age of the oldest row that was seen and is not acknowledged; 0 when none waits. A relay that cannot look
   * does not know what waits, so then it is at least the time since it last could.
   */
  oldestUnpublishedAgeMs(): number {
    const silentMs = this.silentMs();
    const unseenMs = silentMs > silenceMsUsual ? silentMs : 0;
    if (this.#oldestMs === undefined) return unseenMs;
    return Math.max(unseenMs, this.#options.clock.now().getTime() - this.#oldestMs);
  }

  /** Time since the last look that went well, whether looks fail or one hangs; 0 when it does not run. */
  silentMs(): number {
    if (this.#running === undefined) return 0;
    return this.#options.clock.monotonicMs() - this.#lookedMs;
  }

  /** Shards this relay owns now. */
  ownedShards(): number {
    return this.#leases.owned.length;
  }

  async #run(): Promise<void> {
    const { pollMs = 500, clock } = this.#options;
    let pauseMs = pauseMsMin;
    while (!this.#isStopping) {
      const begunMs = clock.monotonicMs();
      try {
        const found = await this.#look();
        this.#lookedMs = clock.monotonicMs();
        pauseMs = found === 'nothing' ? Math.min(pauseMs * 2, pollMs) : pauseMsMin;
        const gatherLeftMs = begunMs + this.#gatherMs(begunMs) - this.#lookedMs;
        if (found === 'more') continue;
        if (gatherLeftMs > 0 && !this.#isStopping) await this.#pause.restDeaf(gatherLeftMs);
      } catch (error) {
        failedLooks.add(1);
        // Perhaps it failed because the shards are another relay's now.
        this.#isCalledToTend = true;
        this.#options.onError?.(error);
        pauseMs = Math.min(Math.max(pauseMs, 50) * 2, errorPauseMsMax);
        if (!this.#isStopping) await this.#pause.restDeaf(pauseMs);
        continue;
      }
      if (!this.#isStopping) await this.#pause.rest(pauseMs);
    }
  }

  /**
   * How long the next look waits from the beginning of this one. Under load each stage of a path would otherwise work
   * as often as the processors allow: in small batches, of which each costs almost as much as a large one, until
   * nothing is left for a burst or a pause of anybody.
   */
  #gatherMs(begunMs: number): number {
    const rows = this.#rowsFound;
    if (rows === 0) return 0;
    const comingMs = begunMs - this.#foundMs;
    this.#foundMs = begunMs;
    if (rows < gatherRowsMin || rows > gatherRowsMax) return 0;
    return Math.min(this.#options.gatherMs ?? 25, (gatherRowsAim * comingMs) / rows);
  }

  async #look(): Promise<Found> {
    this.#pause.takeWake();
    this.#rowsFound = 0;
    await this.#tendLeases();
    let found: Found = 'nothing';
    let leftSinceMs: number | undefined;
    const groups = this.#leases.groups();
    for (let first = 0; first < groups.length; first += groupsMax) {
      for (const { group, page, readMs } of await this.#read(
        groups.slice(first, first + groupsMax),
      )) {
        if (this.#isStale(readMs)) return 'something';
        if (page.hasMore && groups.length === 1) this.#readAhead(group, page.next);
        if (!(await this.#drain(group, page))) continue;
        if (found === 'nothing') found = 'something';
        if (!page.hasMore) continue;
        found = 'more';
        leftSinceMs = earlier(leftSinceMs, page.rows[0]);
      }
    }
    this.#oldestMs = leftSinceMs;
    return found;
  }

  /**
   * One page of each group. Groups that were taken over from several relays are read in one snapshot, so that
   * they stand at the same place afterwards and are one group from then on.
   */
  async #read(groups: readonly (readonly OwnedShard[])[]): Promise<readonly GroupPage[]> {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const [group] = groups;
    if (ahead !== undefined && group !== undefined && groups.length === 1) {
      if (stands(group, ahead.group)) return [await ahead.page];
    }
    const readAll = async (): Promise<readonly GroupPage[]> => {
      const pages: GroupPage[] = [];
      for (const each of groups) pages.push(await this.#readOne(each));
      return pages;
    };
    return await (groups.length > 1 ? this.#connection.inOneSnapshot(readAll) : readAll());
  }

  /** Reads the page behind the one that is about to be published; it is used if the cursor arrives at it. */
  #readAhead(group: readonly OwnedShard[], cursor: Cursor): void {
    const next = group.map((shard) => ({ ...shard, ...cursor }));
    const page = this.#readOne(next);
    // Told by the look that waits for it; nobody else needs it.
    page.catch(() => undefined);
    this.#ahead = { group: next, page };
  }

  async #readOne(group: readonly OwnedShard[]): Promise<GroupPage> {
    const { batchMax: rowsMax = 500, batchBytesMax: bytesMax = 4_194_304 } = this.#options;
    const readMs = this.#options.clock.monotonicMs();
    const page = await readPage(this.#connection, group, { rowsMax, bytesMax });
    return { group, readMs, page };
  }

  /** A process that stood still has perhaps lost its leases: what it read then it must not publish. */
  #isStale(readMs: number): boolean {
    const isStale = this.#options.clock.monotonicMs() - readMs > this.#leaseMs / 2;
    if (isStale) this.#isCalledToTend = true;
    return isStale;
  }

  #called(payload: string | undefined): void {
    const call = relayCallOf(payload);
    if (call === 'tend') this.#isCalledToTend = true;
    const isMine = call === 'tend' || (call.shards & this.#leases.mask) !== 0n;
    if (isMine) this.#pause.wake();
  }

  async #tendLeases(): Promise<void> {
    const { clock, dataSource } = this.#options;
    const nowMs = clock.monotonicMs();
    if (nowMs < this.#leasesDueMs && !this.#isCalledToTend) return;
    this.#isCalledToTend = false;
    const mustTell = await this.#leases.renewAndClaim();
    if (mustTell) void this.#bell.callToTend();
    await this.#held.load(this.#leases.owned.map(({ shard }) => shard));
    await this.#held.publishReleased(this.#options.publisher);
    const pauseMs = this.#leases.hasShare ? renewMsMax : claimMs;
    this.#leasesDueMs = nowMs + Math.min(this.#leaseMs / 3, pauseMs);
    if (nowMs >= this.#maintenanceDueMs) {
      this.#maintenanceDueMs = nowMs + maintenanceMs;
      await maintainPartitions(dataSource, clock.now(), this.#options);
    }
  }

  /** Publishes one page of the group; false when there was nothing to do. */
  async #drain(group: readonly OwnedShard[], page: Page): Promise<boolean> {
    if (page.rows.length === 0 && group[0]?.s1 === null) {
      this.#leases.pass(group, page.next);
      return false;
    }
    this.#rowsFound += page.rows.length;
    this.#oldestMs = earlier(this.#oldestMs, page.rows[0]);
    await this.#publish(page.rows.filter((row) => !this.#held.holds(row)));
    await this.#held.keep(page.rows.filter((row) => this.#held.holds(row)));
    await this.#leases.advance(group, page.next);
    return true;
  }

  async #publish(rows: readonly OutboxRow[]): Promise<void> {
    if (rows.length === 0) return;
    try {
      await this.#options.publisher.publish(rows.map(wireOf));
      published.add(rows.length);
    } catch (error) {
      if (classify(error) !== 'permanent') throw error;
      await this.#isolate(rows, error as Failure);
    }
  }

  /** Halves a refused page until the refused row stands alone; the rest goes out. */
  async #isolate(rows: readonly OutboxRow[], cause: Failure): Promise<void> {
    const [only] = rows;
    if (rows.length === 1 && only !== undefined) {
      await this.#held.hold(only, cause, this.#leases.leaseOf(only.shard));
      quarantined.add(1, { topic: only.topic });
      this.#options.onError?.(cause);
      return;
    }
    const middle = Math.ceil(rows.length / 2);
    await this.#publish(rows.slice(0, middle));
    await this.#publish(rows.slice(middle).filter((row) => !this.#held.holds(row)));
  }
}

/** What a look found: rows, and rows behind those. */
type Found = 'nothing' | 'something' | 'more';

interface ReadAhead {
  /** The shards with the cursor behind which the page was read. */
  readonly group: readonly OwnedShard[];
  readonly page: Promise<GroupPage>;
}

interface GroupPage {
  readonly group: readonly OwnedShard[];
  readonly page: Page;
  readonly readMs: number;
}

/** Whether these are the same leases at the same place. */
function stands(group: readonly OwnedShard[], there: readonly OwnedShard[]): boolean {
  return (
    group.length === there.length &&
    group.every((shard, index) => {
      const other = there[index];
      return (
        shard.shard === other?.shard &&
        shard.epoch === other.epoch &&
        shard.s0 === other.s0 &&
        shard.s1 === other.s1 &&
        shard.lastSeq === other.lastSeq
      );
    })
  );
}

function earlier(sinceMs: number | undefined, row: OutboxRow | undefined): number | undefined {
  const rowMs = row?.created_at.getTime();
  if (rowMs === undefined || sinceMs === undefined) return rowMs ?? sinceMs;
  return Math.min(sinceMs, rowMs);
}
