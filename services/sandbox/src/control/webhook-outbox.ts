import { setTimeout as pause } from 'node:timers/promises';
import type { Json } from '../json.ts';
import type { Ledger } from './ledger.ts';

/** One notification a twin owes to a receiver. */
export interface Notification {
  readonly id: string;
  /** Where it goes; without it, to the target set for the twin at the time of sending. */
  readonly url?: string;
  readonly eventType: string;
  /** What the twin needs to write the body and headers of an attempt. */
  readonly content: Json;
}

/** A notification with its fate, as the ledger keeps it. */
export interface StoredNotification extends Notification {
  readonly state: 'pending' | 'delivered' | 'failed' | 'dropped';
  readonly createdAt: string;
  readonly attempts: readonly { at: string; status: number; error?: string }[];
}

/** Bytes of one attempt. */
export interface RenderedAttempt {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Faults of delivery, set through `PUT /_control/webhooks`. */
export interface DeliveryFaults {
  /** Deliveries of each notification in all; 1 is normal. */
  duplicates: number;
  /** Notifications to lose from now on; they stay in the ledger and can be sent again. */
  drop: number;
  /** Collects notifications for `reverseWindowMs` and sends the newest first. */
  reverse: boolean;
  reverseWindowMs: number;
  delayMs: number;
  /** Where built-in subscriptions are delivered to. */
  targetUrl: string;
  /** Twin-specific: which bytes the signature covers. */
  signatureVariant: 'body' | 'payload';
}

/** How deliveries are repeated. The last delay repeats until `attemptsMax` is reached. */
export interface RetrySchedule {
  readonly delaysMs: readonly number[];
  readonly attemptsMax: number;
}

const kind = 'webhooks';
const answerTimeoutMs = 10_000;

/**
 * Durable queue of webhooks: at least once, in no promised order, until a 2xx answer.
 *
 * Notifications left pending by a stopped process are sent when the next one starts.
 */
export class WebhookOutbox {
  readonly faults: DeliveryFaults;
  private readonly ledger: Ledger;
  private readonly schedule: RetrySchedule;
  private readonly render: (notification: Notification, attempt: number) => RenderedAttempt;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private held: Notification[] = [];

  constructor(options: {
    ledger: Ledger;
    targetUrl: string;
    schedule: RetrySchedule;
    render: (notification: Notification, attempt: number) => RenderedAttempt;
  }) {
    this.ledger = options.ledger;
    this.schedule = options.schedule;
    this.render = options.render;
    this.faults = { ...noFaults, targetUrl: options.targetUrl };
  }

  /** Takes up what an earlier process left pending. */
  start(): void {
    for (const stored of this.ledger.list<StoredNotification>(kind)) {
      if (stored.state === 'pending') this.track(this.deliver(stored, this.schedule.attemptsMax));
    }
  }

  /** Stores a notification; it leaves soon after the transaction around it. */
  enqueue(notification: Notification): void {
    const isDropped = this.faults.drop > 0;
    if (isDropped) this.faults.drop -= 1;
    this.ledger.put(kind, notification.id, {
      ...notification,
      state: isDropped ? 'dropped' : 'pending',
      createdAt: new Date().toISOString(),
      attempts: [],
    });
    if (isDropped) return;
    if (!this.faults.reverse) {
      this.dispatch(notification);
      return;
    }
    this.held.push(notification);
    if (this.held.length === 1) this.track(this.releaseReversed());
  }

  /** Sends stored notifications again, whatever became of them; returns how many. */
  resend(options: { id?: string; times?: number }): number {
    const chosen = this.ledger
      .list<StoredNotification>(kind)
      .filter(({ id }) => options.id === undefined || id === options.id);
    for (const stored of chosen) {
      for (let sent = 0; sent < (options.times ?? 1); sent += 1) {
        this.track(this.deliver(stored, 1));
      }
    }
    return chosen.length;
  }

  configure(change: Json): void {
    const { duplicates, drop, reverse, delayMs, targetUrl, signatureVariant } = change;
    if (typeof duplicates === 'number') this.faults.duplicates = Math.max(1, duplicates);
    if (typeof drop === 'number') this.faults.drop = drop;
    if (typeof drop === 'boolean') this.faults.drop = drop ? Infinity : 0;
    if (typeof reverse === 'boolean') this.faults.reverse = reverse;
    if (typeof delayMs === 'number') this.faults.delayMs = delayMs;
    if (typeof targetUrl === 'string') this.faults.targetUrl = targetUrl;
    if (signatureVariant === 'body' || signatureVariant === 'payload') {
      this.faults.signatureVariant = signatureVariant;
    }
    if (typeof change['reverseWindowMs'] === 'number') {
      this.faults.reverseWindowMs = change['reverseWindowMs'];
    }
  }

  /** Where a notification goes now. */
  urlOf(notification: Notification): string {
    return notification.url ?? this.faults.targetUrl;
  }

  /** Ends all faults of delivery; the target stays. */
  calm(): void {
    Object.assign(this.faults, noFaults);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.allSettled(this.running);
  }

  private dispatch(notification: Notification): void {
    this.track(this.deliver(notification, this.schedule.attemptsMax));
    for (let extra = 1; extra < this.faults.duplicates; extra += 1) {
      this.track(this.deliver(notification, 1));
    }
  }

  private async releaseReversed(): Promise<void> {
    await pause(this.faults.reverseWindowMs, undefined, { signal: this.stopping.signal });
    const batch = this.held.toReversed();
    this.held = [];
    for (const notification of batch) {
      this.dispatch(notification);
      await pause(20, undefined, { signal: this.stopping.signal });
    }
  }

  private async deliver(notification: Notification, attemptsMax: number): Promise<void> {
    const { signal } = this.stopping;
    await pause(this.faults.delayMs + 5, undefined, { signal });
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const outcome = await this.send(notification, attempt);
      if (signal.aborted || !this.note(notification.id, outcome)) return;
      if (outcome.status >= 200 && outcome.status < 300) return;
      if (attempt === attemptsMax) break;
      const delays = this.schedule.delaysMs;
      await pause(delays[Math.min(attempt, delays.length) - 1] ?? 1000, undefined, { signal });
    }
    const stored = this.ledger.get<StoredNotification>(kind, notification.id);
    if (stored?.state !== 'pending' || stored.attempts.length < this.schedule.attemptsMax) return;
    this.ledger.put(kind, notification.id, { ...stored, state: 'failed' });
  }

  private async send(
    notification: Notification,
    attempt: number,
  ): Promise<{ status: number; error?: string }> {
    const { headers, body } = this.render(notification, attempt);
    try {
      const response = await fetch(this.urlOf(notification), {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.stopping.signal, AbortSignal.timeout(answerTimeoutMs)]),
      });
      await response.arrayBuffer();
      return { status: response.status };
    } catch (error) {
      return { status: 0, error: error instanceof Error ? error.message : 'unknown' };
    }
  }

  /** Writes the attempt down; false when the notification was forgotten meanwhile. */
  private note(id: string, outcome: { status: number; error?: string }): boolean {
    const stored = this.ledger.get<StoredNotification>(kind, id);
    if (stored === undefined) return false;
    const isDelivered = outcome.status >= 200 && outcome.status < 300;
    this.ledger.put(kind, id, {
      ...stored,
      state: isDelivered ? 'delivered' : stored.state,
      attempts: [...stored.attempts, { at: new Date().toISOString(), ...outcome }].slice(-50),
    });
    return true;
  }

  private track(work: Promise<void>): void {
    const guarded = work
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted) process.stderr.write(`webhook: ${String(error)}\n`);
      })
      .finally(() => this.running.delete(guarded));
    this.running.add(guarded);
  }
}

const noFaults = {
  duplicates: 1,
  drop: 0,
  reverse: false,
  reverseWindowMs: 400,
  delayMs: 0,
  signatureVariant: 'body' as 'body' | 'payload',
};
