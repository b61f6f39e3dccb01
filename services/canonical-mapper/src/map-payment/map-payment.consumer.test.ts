import 'reflect-metadata';
import { join } from 'node:path';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { EventCodec } from '@sluice/contracts';
import { localCodec, paymentUpdated } from '@sluice/contracts/testing';
import { MappingSet } from '@sluice/mapping';
import {
  EventStrategy,
  type EventRecord,
  fromWire,
  Publisher,
  RpcFailureFilter,
  toWire,
} from '@sluice/messaging';
import { InMemoryBroker, InMemoryParkingStore, until } from '@sluice/messaging/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadCanonicalMappings } from '../mappings/load.ts';
import { MapAndPublish } from '../mappings/map-and-publish.ts';
import { MapPaymentConsumer } from './map-payment.consumer.ts';

const source = 'cybersource.notifications.v1';
const deadLetters = `${source}.canonical-mapper.map-payment.dlt`;
const codec = await localCodec();
const mappings = loadCanonicalMappings(join(import.meta.dirname, '../../mappings'));

function record(
  id: string,
  key: string,
  data: Partial<Parameters<typeof paymentUpdated>[0]>,
): EventRecord {
  return {
    id,
    key,
    type: 'sluice.cybersource.v1.PaymentUpdated',
    source: 'cybersource-gateway',
    tenant: 'demo',
    time: 1_768_478_400_000_000n,
    data: paymentUpdated({ paymentId: key, ...data }),
  };
}

function unrecognised(id: string, key: string): EventRecord {
  return {
    ...record(id, key, {}),
    type: 'sluice.cybersource.v1.NotificationReceived',
    data: {
      notificationId: id,
      organizationId: 'demo',
      productId: 'tms',
      eventType: 'tms.networktoken.updated',
      payload: '{}',
      receivedAt: 1n,
    },
  };
}

async function start(): Promise<{ broker: InMemoryBroker; parking: InMemoryParkingStore }> {
  const broker = new InMemoryBroker();
  for (const topic of [source, deadLetters, 'payments.v1']) broker.createTopic(topic);
  const parking = new InMemoryParkingStore();
  const module = await Test.createTestingModule({
    controllers: [MapPaymentConsumer],
    providers: [
      MapAndPublish,
      { provide: MappingSet, useValue: mappings },
      { provide: EventCodec, useValue: codec },
      { provide: Publisher, useValue: broker },
    ],
  }).compile();
  const strategy: CustomTransportStrategy = new EventStrategy({
    broker,
    publisher: broker,
    codec,
    parking,
  });
  const app = module.createNestMicroservice({ strategy, logger: false });
  app.useGlobalFilters(new RpcFailureFilter());
  await app.listen();
  onTestFinished(() => app.close());
  return { broker, parking };
}

describe('MapPaymentConsumer', () => {
  it('publishes one canonical event per update, in order per payment', async () => {
    const { broker } = await start();

    await broker.publish(
      ['authorized', 'captured', 'voided'].map((state, index) =>
        toWire(record(`e-${index}`, 'payment-1', { state }), codec),
      ),
    );

    await until(() => broker.messagesOf('payments.v1').length === 3, { what: 'three events' });
    const events = await Promise.all(
      broker.messagesOf('payments.v1').map((message) => fromWire(message, codec)),
    );
    expect(events.map((event) => event.type)).toEqual([
      'sluice.payments.v1.PaymentAuthorized',
      'sluice.payments.v1.PaymentCaptured',
      'sluice.payments.v1.PaymentVoided',
    ]);
  });

  it('gives a repeated update the same id', async () => {
    const { broker } = await start();
    const message = toWire(record('e-1', 'payment-1', {}), codec);

    await broker.publish([message, message]);

    await until(() => broker.messagesOf('payments.v1').length === 2, { what: 'both' });
    const [first, second] = broker.messagesOf('payments.v1');
    expect(second?.headers['ce_id']).toBe(first?.headers['ce_id']);
    expect(second?.value).toEqual(first?.value);
  });

  it('lets later events of the payment pass a notification that nothing maps', async () => {
    const { broker } = await start();

    await broker.publish([
      toWire(unrecognised('n-1', 'payment-1'), codec),
      toWire(record('e-1', 'payment-1', {}), codec),
    ]);

    await until(() => broker.messagesOf('payments.v1').length === 1, { what: 'the capture' });
    await until(() => broker.messagesOf(deadLetters).length === 1, { what: 'the dead letter' });
    const headers = broker.messagesOf(deadLetters)[0]?.headers ?? {};
    expect(Object.values(headers)).toContain('MAPPING_UNMAPPED');
  });

  it('parks the payment of an event it cannot map, and no other', async () => {
    const { broker, parking } = await start();

    await broker.publish([
      toWire(record('e-1', 'payment-1', { amount: '1.005' }), codec),
      toWire(record('e-2', 'payment-1', {}), codec),
      toWire(record('e-3', 'payment-2', {}), codec),
    ]);

    await until(() => broker.messagesOf('payments.v1').length === 1, { what: 'the other payment' });
    await until(() => broker.messagesOf(deadLetters).length === 1, { what: 'the dead letter' });
    expect(broker.messagesOf('payments.v1')[0]?.key).toBe('payment-2');
    const figures = await parking.figures('canonical-mapper.map-payment');
    expect(figures).toMatchObject({ quarantinedKeys: 1 });
  });
});
