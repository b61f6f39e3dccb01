import 'reflect-metadata';
import { Controller, Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientKafka, EventPattern, Payload } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import { kafkaClient, kafkaOptions } from '../kafka.ts';
import { PaymentCapturedDto, PaymentUpdatedDto } from '../payment-messages.ts';

const from = setting('TOPIC_FROM');
const to = setting('TOPIC_TO');

@Controller()
class MapperController {
  constructor(private readonly client: ClientKafka) {}

  @EventPattern<string>(from)
  async handle(@Payload() payment: PaymentUpdatedDto): Promise<void> {
    const value = mapPayment(payment);
    await lastValueFrom(this.client.emit(to, { key: payment.paymentId, value }));
  }
}

function mapPayment(payment: PaymentUpdatedDto): PaymentCapturedDto {
  return {
    eventId: `${payment.eventId}-captured`,
    paymentId: payment.paymentId,
    orderId: payment.orderId,
    version: payment.version,
    status: payment.state === 'captured' ? 'paid' : 'open',
    amountMinor: Number(payment.amount.replace('.', '')),
    currency: payment.currency,
    customerEmail: (payment.email ?? '').trim().toLowerCase(),
    customerName: (payment.fullName ?? '').trim(),
    occurredAt: payment.occurredAt,
  };
}

@Module({
  controllers: [MapperController],
  providers: [{ provide: ClientKafka, useFactory: () => kafkaClient('naive-mapper') }],
})
class MapperModule {}

const app = await NestFactory.createMicroservice(MapperModule, {
  ...kafkaOptions('naive-mapper'),
  logger: ['warn', 'error', 'fatal'],
});
app.useGlobalPipes(new ValidationPipe({ transform: true }));
await app.get(ClientKafka).connect();
await app.listen();
openDoor({});
