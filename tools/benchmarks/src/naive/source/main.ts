import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import type { StreamPlan } from '../../product/event-stream.ts';
import { type PacePlan, type PaceResult, paceCommits } from '../../product/paced-commits.ts';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import { connectDatabase } from '../database.ts';
import { OutboxMessage } from '../entities.ts';
import { kafkaClient } from '../kafka.ts';
import { OutboxPublisher } from '../outbox-publisher.ts';
import { paymentJson } from '../payment-json.ts';

@Module({
  providers: [
    { provide: DataSource, useFactory: () => connectDatabase([OutboxMessage]) },
    { provide: ClientKafka, useFactory: () => kafkaClient('naive-source') },
    OutboxPublisher,
  ],
})
class SourceModule {}

const app = await NestFactory.createApplicationContext(SourceModule, {
  logger: ['warn', 'error', 'fatal'],
});
const dataSource = app.get(DataSource);
const topic = setting('TOPIC_TO');
const filler = dataSource.createQueryRunner();

/** Writes the round's rows before the clock runs; nobody sees them until they are committed. */
async function fill(plan: StreamPlan): Promise<void> {
  await filler.startTransaction();
  for (let version = 1; version <= plan.eventsPerKey; version += 1) {
    const rows = Array.from({ length: plan.keys }, (_nothing, key) => ({
      topic,
      key: `${plan.prefix}-${key}`,
      payload: paymentJson(`${plan.prefix}-${key}`, { version, valueBytes: plan.valueBytes ?? 0 }),
      publishedAt: null,
    }));
    await filler.manager.insert(OutboxMessage, rows);
  }
}

async function go(): Promise<void> {
  await filler.commitTransaction();
}

/** Commits one event after the other as they get due. */
async function pace(plan: StreamPlan & PacePlan): Promise<PaceResult> {
  const messages = dataSource.getRepository(OutboxMessage);
  return await paceCommits(plan, async (from, to) => {
    for (let event = from; event < to; event += 1) {
      const key = `${plan.prefix}-${event % plan.keys}`;
      const version = Math.floor(event / plan.keys) + 1;
      const payload = paymentJson(key, { version });
      await messages.save(messages.create({ topic, key, payload, publishedAt: null }));
    }
  });
}

openDoor({ fill, go, pace });
