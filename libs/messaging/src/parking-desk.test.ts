import { Logger } from '@nestjs/common';
import { FakeClock } from '@sluice/clock/testing';
import type { EventCodec } from '@sluice/contracts';
import { localCodec, paymentFacts } from '@sluice/contracts/testing';
import { PermanentFailure } from '@sluice/failure';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toWire } from './envelope.ts';
import type { Delivery } from './event-record.ts';
import type { EventStrategy } from './event-strategy.ts';
import type { OperatorNote, ParkedAct, ParkedKeyName } from './operator-acts.ts';
import { ParkingDesk } from './parking-desk.ts';
import { startConsumers } from './testing/consumers.ts';
import { InMemoryBroker, InMemoryParkingStore, until } from './testing/index.ts';

Logger.overrideLogger(false);

const topic = 'payments.v1';
const type = 'sluice.payments.v1.PaymentCaptured';
const group = 'test.desk';
const letters = `${topic}.${group}.dlt`;
const note: OperatorNote = { maker: 'ada', reason: 'Seen in ticket 7' };
const name: ParkedKeyName = { consumer: group, key: 'k' };

let codec: EventCodec;
let broker: InMemoryBroker;
let parking: InMemoryParkingStore;
let desk: ParkingDesk;
let consumers: EventStrategy | undefined;
let handled: Delivery[];
let isRefusing: boolean;

beforeEach(async () => {
  codec = await localCodec();
  broker = new InMemoryBroker();
  broker.createTopic(topic, 3);
  broker.createTopic(letters, 3);
  parking = new InMemoryParkingStore();
  // Redriven keys are due in the desk's own time, which is long past.
  const clock = new FakeClock();
  desk = new ParkingDesk({ parking, publisher: broker, broker, codec, clock });
  handled = [];
  isRefusing = true;
});

afterEach(() => consumers?.close());

async function publish(ids: readonly string[], key = 'k'): Promise<void> {
  const time = BigInt(Date.now()) * 1_000n;
  const data = paymentFacts({ paymentId: key });
  await broker.publish(
    ids.map((id) =>
      toWire(
        { id, type, source: 'test', tenant: 'demo', key, time, data, subject: `s-${id}` },
        codec,
      ),
    ),
  );
}

async function consume(onFailure: 'park' | 'dead-letter'): Promise<void> {
  const limits = { replayPollMs: 10 };
  const options = { topic, group, types: [type], onFailure } as const;
  const handle = (deliveries: readonly Delivery[]): void => {
    if (isRefusing) throw new PermanentFailure('TEST_REFUSED', 'Refused.');
    handled.push(...deliveries);
  };
  consumers = await startConsumers({ broker, publisher: broker, codec, parking, limits }, [
    { options, handle },
  ]);
}

function handledIds(): readonly string[] {
  return handled.map(({ event }) => event.id);
}

async function lettersOf(count: number): Promise<void> {
  await until(() => broker.messagesOf(letters).length === count, { what: `${count} dead letters` });
}

async function headSeq(): Promise<bigint> {
  const [head] = await parking.waiting(name, 1);
  return head?.seq ?? -1n;
}

describe('ParkingDesk', () => {
  it('gives dead letters back to their consumer once, in order, with their own headers', async () => {
    await consume('dead-letter');
    await publish(['e1', 'e2', 'e3']);
    await publish(['f1'], 'other');
    await lettersOf(4);
    isRefusing = false;

    const order = { ...note, consumer: group, topic, bounds: { quietMs: 50 } };
    const first = await desk.redrive({ ...order, key: 'k' });
    await until(() => handled.length === 3, { what: 'the three events' });
    const second = await desk.redrive(order);
    await until(() => handled.length === 4, { what: 'the other key' });

    expect(first).toMatchObject({ found: 3, redriven: 3, unreadable: 0, isCut: false });
    expect(second).toMatchObject({ found: 4, redriven: 1, known: 3 });
    expect(handledIds()).toEqual(['e1', 'e2', 'e3', 'f1']);
    const [original] = broker.messagesOf(topic).filter(({ key }) => key === 'k');
    expect(handled[0]?.message).toEqual(original);
  });

  it('redrives by failure and by place, and leaves what does not say where it came from', async () => {
    await consume('dead-letter');
    await publish(['e1', 'e2']);
    await lettersOf(2);
    broker.append({ topic: letters, key: 'k', value: Buffer.from('x'), headers: {} });
    isRefusing = false;
    const order = { ...note, consumer: group, topic, bounds: { quietMs: 50 } };
    const [, second] = broker.messagesOf(letters);
    const place = { partition: second?.partition ?? 0, offset: second?.offset ?? 0n };

    const none = await desk.redrive({ ...order, failureCode: 'OTHER' });
    const one = await desk.redrive({ ...order, place });
    const all = await desk.redrive(order);

    expect(none).toMatchObject({ found: 0, redriven: 0 });
    expect(one).toMatchObject({ found: 1, redriven: 1 });
    expect(all).toMatchObject({ found: 3, unreadable: 1, redriven: 1 });
    await until(() => handled.length === 2, { what: 'both events' });
  });

  it('redrives a second time what failed again after it was given back', async () => {
    await consume('dead-letter');
    await publish(['e1']);
    await lettersOf(1);
    const order = { ...note, consumer: group, topic, bounds: { quietMs: 50 } };
    await desk.redrive(order);
    await lettersOf(2);
    isRefusing = false;

    const [redriven] = await parking.parkedKeys(group);
    await desk.act({ ...note, consumer: group, key: redriven ?? '', kind: 'release' });
    await until(() => handled.length === 1, { what: 'the event' });

    expect(handledIds()).toEqual(['e1']);
  });

  it('writes what is skipped or dropped to the dead letter topic with its provenance', async () => {
    await consume('park');
    await publish(['e1', 'e2']);
    await until(async () => (await parking.waiting(name, 9)).length === 2, { what: 'both parked' });

    await desk.act({ ...name, ...note, kind: 'skip', seq: await headSeq() });
    await until(async () => (await parking.list(1))[0]?.state === 'quarantined', {
      what: 'the second to fail too',
    });
    await desk.act({ ...name, ...note, kind: 'drop' });

    const buried = broker
      .messagesOf(letters)
      .filter(({ headers }) => headers['kafka_dlt-exception-fqcn']?.startsWith('OperatorAct'));
    expect(buried.map(({ headers }) => headers['ce_id'])).toEqual(['e1', 'e2']);
    expect(buried[0]?.headers).toMatchObject({
      'kafka_dlt-original-topic': topic,
      'kafka_dlt-original-offset': '0',
      'kafka_dlt-exception-fqcn': 'OperatorAct:skip',
      'sluice_failure-code': 'TEST_REFUSED',
    });
    expect(await parking.parkedKeys(group)).toEqual([]);
  });

  it('hands an edited value to the handler once the key is released', async () => {
    await consume('park');
    await publish(['e1']);
    await until(async () => (await headSeq()) > 0n, { what: 'the parked key' });
    const value = codec.encode(type, paymentFacts({ paymentId: 'edited' })).payload;

    await desk.act({ ...name, ...note, kind: 'edit', seq: await headSeq(), value });
    isRefusing = false;
    await desk.act({ ...name, ...note, kind: 'release' });
    await until(() => handled.length === 1, { what: 'the edited event' });

    expect(handled[0]?.event).toMatchObject({ id: 'e1', data: { paymentId: 'edited' } });
  });

  it.each<[string, (seq: bigint) => Partial<ParkedAct>, string]>([
    ['bytes that are no event', (seq) => edit(seq, Buffer.from('no')), 'PARKED_EDIT_INVALID'],
    [
      'an event of another type',
      (seq) => edit(seq, codec.encode('sluice.payments.v1.PaymentVoided', voided()).payload),
      'PARKED_EDIT_INVALID',
    ],
    ['a head that is none', () => edit(99n, Buffer.from('no')), 'PARKED_HEAD_CHANGED'],
    ['no maker', () => ({ kind: 'drop', maker: ' ' }), 'OPERATOR_NOTE_MISSING'],
    ['no reason', () => ({ kind: 'drop', reason: '' }), 'OPERATOR_NOTE_MISSING'],
    [
      'a card number for a reason',
      () => ({ kind: 'drop', reason: 'card 4111 1111 1111 1111' }),
      'CARD_NUMBER_REFUSED',
    ],
  ])('refuses %s', async (_, change, code) => {
    await consume('park');
    await publish(['e1']);
    await until(async () => (await headSeq()) > 0n, { what: 'the parked key' });
    await codec.prepare(['sluice.payments.v1.PaymentVoided']);

    const act = { ...name, ...note, ...change(await headSeq()) } as ParkedAct;

    await expect(desk.act(act)).rejects.toMatchObject({ code });
    expect(await parking.acts(1)).toEqual([]);
  });

  it('says that a dead letter topic is missing', async () => {
    const order = { ...note, consumer: 'unknown', topic };

    await expect(desk.redrive(order)).rejects.toMatchObject({ code: 'DEAD_LETTERS_UNREADABLE' });
  });
});

function edit(seq: bigint, value: Buffer): Partial<ParkedAct> {
  return { kind: 'edit', seq, value };
}

function voided(): ReturnType<typeof paymentFacts> {
  return paymentFacts({ paymentId: 'k' });
}
