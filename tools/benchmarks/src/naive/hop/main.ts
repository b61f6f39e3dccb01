import 'reflect-metadata';
import { Controller, Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka, EventPattern, Payload } from '@nestjs/microservices';
import { DataSource } from 'typeorm';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import { connectDatabase } from '../database.ts';
import { InboxMessage, OutboxMessage, Payment } from '../entities.ts';
import { kafkaClient, kafkaOptions } from '../kafka.ts';
import { OutboxPublisher } from '../outbox-publisher.ts';
import { PaymentCapturedDto } from '../payment-messages.ts';

const from = setting('TOPIC_FROM');
const to = setting('TOPIC_TO');

@Controller()
class PaymentController {
  constructor(private readonly dataSource: DataSource) {}

  @EventPattern<string>(from)
  async handle(@Payload() captured: PaymentCapturedDto): Promise<void> {
    const { eventId, paymentId, orderId, version, amountMinor, currency } = captured;
    await this.dataSource.transaction(async (manager) => {
      const seen = await manager.findOneBy(InboxMessage, { eventId });
      if (seen !== null) return;
      await manager.save(manager.create(InboxMessage, { eventId }));
      const payment =
        (await manager.findOneBy(Payment, { id: paymentId })) ??
        manager.create(Payment, { id: paymentId, events: 0 });
      payment.orderId = orderId;
      payment.amountMinor = String(amountMinor);
      payment.currency = currency;
      payment.events += 1;
      await manager.save(payment);
      const payload = { eventId: `${eventId}-book`, paymentId, version, amountMinor, currency };
      await manager.save(
        manager.create(OutboxMessage, { topic: to, key: paymentId, payload, publishedAt: null }),
      );
    });
  }
}

@Module({
  controllers: [PaymentController],
  providers: [
    {
      provide: DataSource,
      useFactory: () => connectDatabase([InboxMessage, OutboxMessage, Payment]),
    },
    { provide: ClientKafka, useFactory: () => kafkaClient('naive-hop') },
    // A hop may be measured without its relay.
    ...(process.env['RELAY'] === 'off' ? [] : [OutboxPublisher]),
  ],
})
class HopModule {}

const app = await NestFactory.createMicroservice(HopModule, {
  ...kafkaOptions(process.env['GROUP'] ?? 'naive-hop'),
  logger: ['warn', 'error', 'fatal'],
});
app.useGlobalPipes(new ValidationPipe({ transform: true }));
await app.listen();
openDoor({});
