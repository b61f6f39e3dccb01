import type { Clock } from '@sluice/clock';
import type { Failure } from '@sluice/failure';
import {
  type Bury,
  type ParkClaim,
  type ParkRequest,
  type ParkedAct,
  type ParkedActOutcome,
  type ParkedKeyName,
  type ParkedKeyView,
  type ParkedMessage,
  type ParkingFigures,
  ParkingStore,
  type ReceivedMessage,
  type RecordedAct,
  type RedriveOutcome,
  type RedriveRequest,
} from '@sluice/messaging';
import { asFailures, inTransaction } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { redriveLetters } from './dead-letter-redrive.ts';
import { errors } from './errors.ts';
import { listActs } from './operator-log.ts';
import { actOnKey } from './parked-acts.ts';
import { type EventRow, messageOf, storedValues } from './parked-rows.ts';
import * as sql from './parking-statements.ts';

/** Bounds of what may wait. */
export interface ParkingCaps {
  /** @minimum 1 @default 10_000 */
  readonly keysPerConsumerMax?: number;
  /** @minimum 1 @default 10_000 */
  readonly eventsPerKeyMax?: number;
}

interface ClaimRow {
  readonly key: string;
  readonly attempts: number;
  readonly epoch: string;
  readonly failing_since: Date | null;
}

type Postponement = Parameters<ParkingStore['postpone']>[1];

/** One key that waits, for operators. */
export type ParkedKeyRow = ParkedKeyView;

/** Parked keys in the service's own schema. */
export class PostgresParkingStore extends ParkingStore {
  readonly #dataSource: DataSource;
  readonly #clock: Clock;
  readonly #keysMax: number;
  readonly #eventsMax: number;

  constructor(options: ParkingCaps & { readonly dataSource: DataSource; readonly clock: Clock }) {
    super();
    this.#dataSource = options.dataSource;
    this.#clock = options.clock;
    this.#keysMax = options.keysPerConsumerMax ?? 10_000;
    this.#eventsMax = options.eventsPerKeyMax ?? 10_000;
  }

  override async park(request: ParkRequest): Promise<void> {
    const { consumer, key, cause } = request;
    await inTransaction(this.#dataSource, async (tx) => {
      const created: unknown[] = await tx.query(sql.createKey, [
        consumer,
        key,
        request.state,
        request.attempts,
        at(request.nextAtMs),
        cause.code,
        cause.message,
        cause.failureClass,
        this.#clock.now(),
        this.#keysMax,
      ]);
      if (created.length === 0) {
        const locked: unknown[] = await tx.query(sql.lockKey, [consumer, key]);
        if (locked.length === 0) throw full(`Consumer ${consumer} has too many parked keys`);
      }
      await this.#append(tx, request);
    });
  }

  override async appendBehind(
    consumer: string,
    key: string,
    message: ReceivedMessage,
  ): Promise<boolean> {
    return await inTransaction(this.#dataSource, async (tx) => {
      const locked: unknown[] = await tx.query(sql.lockKey, [consumer, key]);
      if (locked.length === 0) return false;
      await this.#append(tx, { consumer, key, message });
      return true;
    });
  }

  override async parkedKeys(consumer: string): Promise<readonly string[]> {
    const rows = await this.#query<{ key: string }>(sql.keysOf, [consumer]);
    return rows.map(({ key }) => key);
  }

  override async claimDue(request: {
    readonly consumer: string;
    readonly nowMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly ParkClaim[]> {
    const { consumer, nowMs, leaseMs, limit } = request;
    const rows = await this.#change<ClaimRow>(sql.claim, [consumer, at(nowMs), leaseMs, limit]);
    return rows.map(({ key, attempts, epoch, failing_since: since }) => ({
      consumer,
      key,
      attempts,
      epoch: BigInt(epoch),
      ...(since === null ? {} : { failingSinceMs: since.getTime() }),
    }));
  }

  override async head(claim: ParkClaim): Promise<ParkedMessage | undefined> {
    const { consumer, key, epoch } = claim;
    const rows = await this.#query<EventRow>(sql.head, [
      consumer,
      key,
      epoch.toString(),
      this.#clock.now(),
    ]);
    const [row] = rows;
    return row === undefined ? undefined : { seq: BigInt(row.seq), message: messageOf(key, row) };
  }

  override async completeHead(
    claim: ParkClaim,
    seq: bigint,
  ): Promise<'next' | 'released' | 'lost'> {
    const { consumer, key, epoch } = claim;
    return await inTransaction(this.#dataSource, async (tx) => {
      const owned: unknown[] = await tx.query(sql.lockClaim, [consumer, key, epoch.toString()]);
      if (owned.length === 0) return 'lost';
      await tx.query(sql.deleteEvent, [consumer, key, seq.toString()]);
      const rest: unknown[] = await tx.query(sql.anyEvent, [consumer, key]);
      await tx.query(rest.length > 0 ? sql.resetKey : sql.deleteKey, [consumer, key]);
      return rest.length > 0 ? 'next' : 'released';
    });
  }

  override async postpone(claim: ParkClaim, outcome: Postponement): Promise<void> {
    const { cause } = outcome;
    await this.#query(sql.postpone, [
      claim.consumer,
      claim.key,
      claim.epoch.toString(),
      outcome.state ?? null,
      outcome.attempts,
      at(outcome.nextAtMs),
      cause?.code ?? null,
      cause?.message ?? null,
      cause?.failureClass ?? null,
      outcome.failingSinceMs === undefined ? null : at(outcome.failingSinceMs),
    ]);
  }

  override async figures(consumer: string): Promise<ParkingFigures> {
    const rows = await this.#query<{
      keys: number;
      quarantined: number;
      events: number;
      fullest: number;
      oldest: Date | null;
    }>(sql.figures, [consumer]);
    const [row] = rows;
    return {
      keys: row?.keys ?? 0,
      quarantinedKeys: row?.quarantined ?? 0,
      events: row?.events ?? 0,
      eventsOfFullestKey: row?.fullest ?? 0,
      oldestParkedAtMs: row?.oldest?.getTime() ?? null,
    };
  }

  override list(limit = 100, consumer?: string): Promise<readonly ParkedKeyView[]> {
    return this.#query<ParkedKeyView>(sql.list, [limit, consumer ?? null]);
  }

  override async waiting(
    { consumer, key }: ParkedKeyName,
    limit: number,
  ): Promise<readonly ParkedMessage[]> {
    const rows = await this.#query<EventRow>(sql.waiting, [consumer, key, limit]);
    return rows.map((row) => ({ seq: BigInt(row.seq), message: messageOf(key, row) }));
  }

  override async act(act: ParkedAct, bury: Bury): Promise<ParkedActOutcome> {
    const now = this.#clock.now();
    return await inTransaction(this.#dataSource, (tx) => actOnKey(tx, act, { bury, now }));
  }

  override async redrive(request: RedriveRequest): Promise<RedriveOutcome> {
    const context = { now: this.#clock.now(), keysMax: this.#keysMax };
    return await inTransaction(this.#dataSource, (tx) => redriveLetters(tx, request, context));
  }

  override async acts(limit: number): Promise<readonly RecordedAct[]> {
    return await asFailures(() => listActs(this.#dataSource, limit));
  }

  async #append(
    tx: EntityManager,
    parked: Pick<ParkRequest, 'consumer' | 'key' | 'message'>,
  ): Promise<void> {
    const { consumer, key, message } = parked;
    const rows: { is_known: boolean; waiting: number }[] = await tx.query(sql.placeOf, [
      consumer,
      key,
      message.topic,
      message.partition,
      message.offset.toString(),
    ]);
    const [place] = rows;
    if (place?.is_known === true) return;
    if ((place?.waiting ?? 0) >= this.#eventsMax) {
      throw full(`Too many events wait behind one key of consumer ${consumer}`);
    }
    const now = this.#clock.now();
    await tx.query(sql.appendEvent, [consumer, key, ...storedValues(message, now)]);
  }

  async #query<R>(statement: string, values: readonly unknown[]): Promise<R[]> {
    return await asFailures(() => this.#dataSource.query<R[]>(statement, [...values]));
  }

  // TypeORM answers an update with its rows and their number.
  async #change<R>(statement: string, values: readonly unknown[]): Promise<R[]> {
    const [rows] = await asFailures(() =>
      this.#dataSource.query<[R[], number]>(statement, [...values]),
    );
    return rows;
  }
}

function at(ms: number): Date {
  return new Date(ms);
}

function full(detail: string): Failure {
  return errors.failure('PARKING_FULL', { detail });
}
