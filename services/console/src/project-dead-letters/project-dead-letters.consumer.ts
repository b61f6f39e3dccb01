import { Controller, Inject } from '@nestjs/common';
import { deadLetterTopics, EventCodec } from '@sluice/contracts';
import { DependencyDown } from '@sluice/failure';
import { Consume, eventHeaders, type ReceivedMessage } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { ConsoleSettings } from '../config.ts';
import { deadLetterRow, type DeadLetterRow } from '../domain/dead-letter.ts';
import { eventToJson } from '../domain/event-json.ts';
import { linksOf } from '../domain/links.ts';
import { previewOfBytes, previewOfData } from '../domain/preview.ts';
import { traceIdOf } from '../domain/trace-id.ts';
import { DeadLetterRepository } from '../storage/dead-letter.repository.ts';
import { ProjectionRepository } from '../storage/projection.repository.ts';

/** Keeps what other consumers gave up. A repeated message changes nothing. */
@Controller()
export class ProjectDeadLettersConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly codec: EventCodec,
    private readonly deadLetters: DeadLetterRepository,
    private readonly projection: ProjectionRepository,
    @Inject(ConsoleSettings) private readonly settings: ConsoleSettings,
  ) {}

  /** Takes every dead letter; its payload is shown as far as it can be read. */
  @Consume({
    topic: deadLetterTopics,
    group: 'console.timeline',
    raw: true,
    batchMax: 200,
    keyConcurrency: 200,
  })
  async handle(messages: readonly ReceivedMessage[]): Promise<void> {
    const rows = await Promise.all(messages.map((message) => this.read(message)));
    await inTransaction(this.dataSource, async (tx) => {
      await this.deadLetters.add(tx, rows);
      await this.projection.tellChanges(tx, ['dead-letters', 'payments']);
    });
  }

  private async read(message: ReceivedMessage): Promise<DeadLetterRow> {
    const { headers } = message;
    const correlationId = headers[eventHeaders.correlationId]?.replaceAll('\0', '');
    const data = await this.decode(message);
    return deadLetterRow(message, {
      tenant: this.settings.tenant,
      preview: data === undefined ? previewOfBytes(message.value) : previewOfData(data),
      links: linksOf(data, correlationId),
      traceId: traceIdOf(headers[eventHeaders.traceparent]),
    });
  }

  private async decode(message: ReceivedMessage): Promise<unknown> {
    try {
      const { type, data } = await this.codec.decode(message.value);
      return eventToJson(type, data);
    } catch (error) {
      if (error instanceof DependencyDown) throw error;
      return undefined;
    }
  }
}
