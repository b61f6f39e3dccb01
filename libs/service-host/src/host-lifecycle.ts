import { Inject, Injectable, Logger } from '@nestjs/common';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Publisher } from '@sluice/messaging';
import { Outbox, OutboxRelay } from '@sluice/outbox';
import { DataSource } from 'typeorm';
import { EVENT_STRATEGY } from './host-options.ts';
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
  ) {}

  /** Relay first, so that what an earlier run left leaves at once; then consumers, then jobs. */
  async start(startConsumers: () => Promise<unknown>): Promise<void> {
    this.#unsubscribe = this.outbox.onWake(() => this.relay.wake());
    this.relay.start();
    await startConsumers();
    this.jobs.start();
    this.readiness.setPhase('running');
  }

  /** Consumers drain, jobs end, the relay ends; what is left in the outbox waits for the next start. */
  async stop(): Promise<void> {
    this.readiness.setPhase('stopping');
    await this.#quietly('consumers', () => this.strategy.close() as Promise<void>);
    await this.#quietly('jobs', () => this.jobs.stop());
    this.#unsubscribe?.();
    await this.#quietly('relay', () => this.relay.stop());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#quietly('publisher', () => this.publisher.close());
    await this.#quietly('postgres', () => this.dataSource.destroy());
  }

  async #quietly(part: string, stop: () => Promise<void>): Promise<void> {
    try {
      await stop();
    } catch (error) {
      this.#logger.warn(`${part}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
