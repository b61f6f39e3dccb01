import { setTimeout as pause } from 'node:timers/promises';
import type { Json } from '@sluice/end-to-end';
import pg from 'pg';

/** How one thing was seen last, and every step back that was seen. */
interface Sighting {
  readonly state: string;
  readonly order: bigint;
}

/** What was seen of effects and payments while the storm went on. */
export interface Sightings {
  /** By service and key: the end that an effect was seen to have. */
  readonly ends: ReadonlyMap<string, string>;
  /** Steps that may never be taken, in words. */
  readonly stepsBack: readonly string[];
  readonly lookCount: number;
}

const lookEveryMs = 2_000;
const terminalPayments = new Set(['declined', 'voided', 'refunded']);
const afterCapture = new Set(['captured', 'refunded', 'voided']);

/**
 * Looks at effects and payments again and again during a storm.
 *
 * What the tables say at the end cannot show that a terminal state was left, or that an epoch shrank, in between.
 */
export class Watcher implements Sightings {
  readonly ends = new Map<string, string>();
  readonly stepsBack: string[] = [];
  lookCount = 0;
  private readonly databaseUrl: string;
  private readonly services: readonly string[];
  private readonly effects = new Map<string, Sighting>();
  private readonly payments = new Map<string, Sighting>();
  private isOver = false;
  private watching: Promise<void> = Promise.resolve();

  constructor(databaseUrl: string, services: readonly string[]) {
    this.databaseUrl = databaseUrl;
    this.services = services;
  }

  start(): void {
    this.watching = this.watch();
  }

  /** Looks a last time and ends. */
  async stop(): Promise<void> {
    this.isOver = true;
    await this.watching;
    await this.look().catch(() => undefined);
  }

  /** Takes note of effects as they are now. */
  seeEffects(rows: readonly Json[]): void {
    for (const row of rows) {
      const about = `effect ${String(row['key'])} of ${String(row['service'])}`;
      const state = String(row['state']);
      const epoch = BigInt(String(row['epoch']));
      const before = this.effects.get(about);
      if (before !== undefined && epoch < before.order) {
        this.stepsBack.push(`back: the epoch of ${about} went from ${before.order} to ${epoch}`);
      }
      const end = this.ends.get(about);
      if (end !== undefined && end !== state) {
        this.stepsBack.push(`back: ${about} was ${end} and became ${state}`);
      }
      if (row['is_ended'] === true) this.ends.set(about, state);
      this.effects.set(about, { state, order: epoch });
    }
  }

  /** Takes note of payments as they are now. */
  seePayments(rows: readonly Json[]): void {
    for (const row of rows) {
      const about = `payment ${String(row['payment_id'])}`;
      const state = String(row['state']);
      const version = BigInt(String(row['version']));
      const before = this.payments.get(about);
      if (before !== undefined && (version < before.order || isBack(before.state, state))) {
        this.stepsBack.push(
          `back: ${about} went from ${before.state} (${before.order}) to ${state} (${version})`,
        );
      }
      this.payments.set(about, { state, order: version });
    }
  }

  private async watch(): Promise<void> {
    while (!this.isOver) {
      // A database that is down shows nothing, and the next look comes soon.
      await this.look().catch(() => undefined);
      await pause(lookEveryMs);
    }
  }

  private async look(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (const service of this.services) {
        const { rows } = await client.query<Json>(
          `select key, state, epoch::text, finished_at is not null as is_ended,
             $1 as service from ${service.replaceAll('-', '_')}.effect`,
          [service],
        );
        this.seeEffects(rows);
      }
      const { rows } = await client.query<Json>(
        'select payment_id, state, version::text from cybersource_gateway.payment',
      );
      this.seePayments(rows);
      this.lookCount += 1;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

function isBack(before: string, now: string): boolean {
  if (before === now) return false;
  if (terminalPayments.has(before)) return true;
  return before === 'captured' && !afterCapture.has(now);
}
