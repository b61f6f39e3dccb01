import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Publisher } from '@sluice/messaging';
import { Outbox, OutboxRelay } from '@sluice/outbox';
import { DataSource } from 'typeorm';
import { EVENT_STRATEGY, HOST_OPTIONS } from './host-options.ts';
import type { HostOptions } from './host-options.ts';
import { Jobs } from './jobs.ts';
import { Readiness } from './readiness.ts';

/** Starts and stops the moving parts of a service in their order. */
@Injectable()
export class HostLifecycle implements OnApplicationShutdown {
  readonly #logger = new Logger('host');
  #unsubscribe: (() => void) | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly publisher: Publisher,
    private readonly outbox: Outbox,
    private readonly relay: OutboxRelay,
    private readonly jobs: Jobs,
    private readonly readiness: Readiness,
    @Inject(EVENT_STRATEGY) private readonly strategy: CustomTransportStrategy,
    @Inject(HOST_OPTIONS) private readonly options: Pick<HostOptions, 'settings'>,
  ) {}

  /**
   * Relay first, so that what an earlier run left leaves at once, unless another program publishes the outbox; then
   * consumers, then jobs.
   */
  async start(startConsumers: () => Promise<unknown>): Promise<void> {
    if (this.options.settings.outboxRelay !== 'off') {
      this.#unsubscribe = this.outbox.onWake((shards) => this.relay.wake(shards));
      this.relay.start();
    }
    await startConsumers();
    this.jobs.start();
    this.readiness.setPhase('running');
  }

  /**
   * Consumers drain and jobs end, then the relay; what is left in the outbox waits for the next start.
   * A part that hangs is left behind, so that requests in hand are still answered.
   */
  async stop(): Promise<void> {
    this.readiness.setPhase('stopping');
    await Promise.all([
      this.#inTime('consumers', () => this.strategy.close() as Promise<void>),
      this.#inTime('jobs', () => this.jobs.stop()),
    ]);
    this.#unsubscribe?.();
    await this.#inTime('relay', () => this.relay.stop());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#quietly('publisher', () => this.publisher.close());
    await this.#quietly('postgres', () => this.dataSource.destroy());
  }

  async #inTime(part: string, stop: () => Promise<void>): Promise<void> {
    const boundMs = this.options.settings.drainTimeoutMs;
    const enough = new AbortController();
    const isLate = delay(boundMs, true, { signal: enough.signal }).catch(() => false);
    const ended = this.#quietly(part, stop).then(() => false);
    if (await Promise.race([ended, isLate])) {
      this.#logger.warn(`${part}: not ended within ${boundMs} ms, left behind`);
    }
    enough.abort();
  }

  async #quietly(part: string, stop: () => Promise<void>): Promise<void> {
    try {
      await stop();
    } catch (error) {
      this.#logger.warn(`${part}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
