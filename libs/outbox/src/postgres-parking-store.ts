import type { Clock } from '@sluice/clock';
import type { Failure } from '@sluice/failure';
import {
  type ParkClaim,
  type ParkRequest,
  type ParkedMessage,
  type ParkingFigures,
  ParkingStore,
  type ReceivedMessage,
} from '@sluice/messaging';
import { asFailures, inTransaction } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { errors } from './errors.ts';
import * as sql from './parking-statements.ts';

/** Bounds of what may wait. */
export interface ParkingCaps {
  /** @minimum 1 @default 10_000 */
  readonly keysPerConsumerMax?: number;
  /** @minimum 1 @default 10_000 */
  readonly eventsPerKeyMax?: number;
}

type Postponement = Parameters<ParkingStore['postpone']>[1];

interface EventRow {
  readonly seq: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly timestamp_ms: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer | null;
}

/** One key that waits, for operators. */
export interface ParkedKeyRow {
  readonly consumer: string;
  readonly key: string;
  readonly state: 'retrying' | 'quarantined';
  readonly attempts: number;
  readonly nextAt: Date;
  readonly causeCode: string;
  readonly causeMessage: string;
  readonly parkedAt: Date;
  readonly events: number;
}

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
    const rows = await this.#change<{ key: string; attempts: number; epoch: string }>(sql.claim, [
      consumer,
      at(nowMs),
      leaseMs,
      limit,
    ]);
    return rows.map(({ key, attempts, epoch }) => ({
      consumer,
      key,
      attempts,
      epoch: BigInt(epoch),
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
    ]);
  }

  override async figures(consumer: string): Promise<ParkingFigures> {
    const rows = await this.#query<{
      keys: number;
      quarantined: number;
      events: number;
      oldest: Date | null;
    }>(sql.figures, [consumer]);
    const [row] = rows;
    return {
      keys: row?.keys ?? 0,
      quarantinedKeys: row?.quarantined ?? 0,
      events: row?.events ?? 0,
      oldestParkedAtMs: row?.oldest?.getTime() ?? null,
    };
  }

  /** Keys that wait, of every consumer, oldest first, for the operator's list. */
  list(limit = 100): Promise<readonly ParkedKeyRow[]> {
    return this.#query<ParkedKeyRow>(sql.list, [limit]);
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
    await tx.query(sql.appendEvent, [
      consumer,
      key,
      message.topic,
      message.partition,
      message.offset.toString(),
      message.timestampMs.toString(),
      storableJson(message.headers),
      message.value,
      this.#clock.now(),
    ]);
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

function messageOf(key: string, row: EventRow): ReceivedMessage {
  return {
    topic: row.topic,
    key,
    value: row.payload,
    headers: row.headers,
    partition: row.partition,
    offset: BigInt(row.offset),
    timestampMs: BigInt(row.timestamp_ms),
  };
}

/** Postgres refuses zero characters in a text, also in JSON; what arrived with one must be kept all the same. */
function storableJson(headers: Readonly<Record<string, string>>): string {
  return JSON.stringify(headers, (_, value: string) =>
    typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value,
  );
}

function at(ms: number): Date {
  return new Date(ms);
}

function full(detail: string): Failure {
  return errors.failure('PARKING_FULL', { detail });
}
