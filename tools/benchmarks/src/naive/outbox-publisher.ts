import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ClientKafka } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { DataSource, IsNull } from 'typeorm';
import { OutboxMessage } from './entities.ts';

const batchSize = 100;
const pollMs = 100;

@Injectable()
export class OutboxPublisher implements OnApplicationBootstrap {
  constructor(
    private readonly dataSource: DataSource,
    private readonly client: ClientKafka,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.client.connect();
    void this.run();
  }

  private async run(): Promise<void> {
    for (;;) {
      const published = await this.publishPending();
      if (published === 0) await sleep(pollMs);
    }
  }

  private async publishPending(): Promise<number> {
    const messages = this.dataSource.getRepository(OutboxMessage);
    const pending = await messages.find({
      where: { publishedAt: IsNull() },
      order: { id: 'ASC' },
      take: batchSize,
    });
    for (const message of pending) {
      const { topic, key, payload } = message;
      await lastValueFrom(this.client.emit(topic, { key, value: payload }));
      message.publishedAt = new Date();
      await messages.save(message);
    }
    return pending.length;
  }
}
