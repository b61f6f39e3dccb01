import { Controller, Inject } from '@nestjs/common';
import { EventCodec, topics } from '@sluice/contracts';
import { Consume, type ReceivedMessage } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { ConsoleSettings } from '../config.ts';
import { project } from '../domain/projection.ts';
import { ProjectionRepository } from '../storage/projection.repository.ts';
import { readMessage } from './read-message.ts';

/** Builds the timeline from every topic. A repeated message changes nothing. */
@Controller()
export class ProjectEventsConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly codec: EventCodec,
    private readonly projection: ProjectionRepository,
    @Inject(ConsoleSettings) private readonly settings: ConsoleSettings,
  ) {}

  /** Takes what every topic holds, readable or not. */
  @Consume({
    topic: topics.map(({ name }) => name),
    group: 'console.timeline',
    raw: true,
    batchMax: 200,
    keyConcurrency: 200,
  })
  async handle(messages: readonly ReceivedMessage[]): Promise<void> {
    const { tenant } = this.settings;
    const hops = await Promise.all(
      messages.map((message) => readMessage(message, this.codec, tenant)),
    );
    await inTransaction(this.dataSource, async (tx) => {
      const fresh = await this.projection.addEntries(tx, hops);
      if (fresh.length > 0) await this.projection.apply(tx, project(fresh));
    });
  }
}
