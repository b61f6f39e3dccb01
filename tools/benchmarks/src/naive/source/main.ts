import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import type { StreamPlan } from '../../product/event-stream.ts';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import { connectDatabase } from '../database.ts';
import { OutboxMessage } from '../entities.ts';
import { kafkaClient } from '../kafka.ts';
import { OutboxPublisher } from '../outbox-publisher.ts';

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
      payload: paymentUpdated(`${plan.prefix}-${key}`, version),
      publishedAt: null,
    }));
    await filler.manager.insert(OutboxMessage, rows);
  }
}

async function go(): Promise<void> {
  await filler.commitTransaction();
}

function paymentUpdated(paymentId: string, version: number): object {
  return {
    eventId: `${paymentId}-${version}`,
    paymentId,
    orderId: `order-${paymentId}`,
    orderNumber: '1001',
    merchantId: 'demo_merchant',
    version,
    state: 'captured',
    transactionId: '7000000000000000000001',
    amount: '12.50',
    currency: 'EUR',
    email: 'ada@example.com',
    fullName: 'Ada Lovelace',
    occurredAt: new Date().toISOString(),
  };
}

openDoor({ fill, go });
