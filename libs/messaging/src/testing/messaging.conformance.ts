import assert from 'node:assert/strict';
import { DependencyDown, PermanentFailure, TransientFailure } from '@sluice/failure';
import type { Delivery, WireMessage } from '../event-record.ts';
import { deadLetterHeaders, eventHeaders } from '../headers.ts';
import { badInputConformance } from './bad-input.conformance.ts';
import { startConsumers } from './consumers.ts';
import { Scene } from './scene.ts';
import type { MessagingHarness } from './scene.ts';
import { until } from './until.ts';

export type { MessagingHarness } from './scene.ts';

/** One promise of messaging, to be run against every broker. */
export interface ConformanceCase {
  readonly name: string;
  run(harness: MessagingHarness): Promise<void>;
}

const waitMs = 20_000;
const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);

/** Numbers of the events of each key in the order in which they were handled, repeats included. */
class Journal {
  readonly entries: { readonly key: string; readonly number: number }[] = [];

  write(deliveries: readonly Delivery[]): void {
    for (const { event } of deliveries) {
      this.entries.push({ key: event.key, number: Number(event.version) });
    }
  }

  of(key: string): number[] {
    return this.entries.filter((entry) => entry.key === key).map(({ number }) => number);
  }

  firstsOf(key: string): number[] {
    return [...new Set(this.of(key))];
  }

  async waitFor(count: number): Promise<void> {
    const seen = (): number =>
      new Set(this.entries.map(({ key, number }) => `${key} ${number}`)).size;
    await until(() => seen() >= count, { what: `${count} events`, timeoutMs: waitMs });
  }
}

function range(to: number): number[] {
  return Array.from({ length: to }, (_, index) => index);
}

async function inScene(
  harness: MessagingHarness,
  play: (scene: Scene, journal: Journal) => Promise<void>,
): Promise<void> {
  const scene = new Scene(harness);
  try {
    await play(scene, new Journal());
  } finally {
    await scene.closeAll();
  }
}

const delivery: readonly ConformanceCase[] = [
  {
    name: 'delivers every event once and in order per key',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        await scene.consume((deliveries) => journal.write(deliveries));
        await scene.publish(keys, [0, 20]);
        await journal.waitFor(keys.length * 20);
        for (const key of keys) assert.deepEqual(journal.of(scene.keyOf(key)), range(20));
      }),
  },
  {
    name: 'keeps the order of a key while its handlers take time, and runs keys of one partition side by side',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        const running = new Map<number, number>();
        let mostRunning = 0;
        await scene.consume(async (deliveries) => {
          const partition = deliveries[0]?.message.partition ?? 0;
          const now = (running.get(partition) ?? 0) + 1;
          running.set(partition, now);
          mostRunning = Math.max(mostRunning, now);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
          running.set(partition, (running.get(partition) ?? 1) - 1);
          journal.write(deliveries);
        });
        await scene.publish(keys, [0, 8]);
        await journal.waitFor(keys.length * 8);
        for (const key of keys) assert.deepEqual(journal.of(scene.keyOf(key)), range(8));
        assert.ok(mostRunning > 1, 'keys of one partition run side by side');
      }),
  },
  {
    name: 'hands over batches without a key twice, and takes a failed batch singly',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        await scene.publish(keys, [0, 10]);
        await scene.consume(
          (deliveries) => {
            assert.equal(new Set(deliveries.map(({ event }) => event.key)).size, deliveries.length);
            if (deliveries.length > 1)
              throw new TransientFailure('TEST_BATCH', 'No batches today.');
            journal.write(deliveries);
          },
          { batchMax: 8 },
        );
        await journal.waitFor(keys.length * 10);
        for (const key of keys) assert.deepEqual(journal.firstsOf(scene.keyOf(key)), range(10));
      }),
  },
  {
    name: 'gives every group all events',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        const other = new Journal();
        await scene.consume((deliveries) => journal.write(deliveries));
        await scene.consume((deliveries) => other.write(deliveries), { group: `${scene.group}.b` });
        await scene.publish(keys, [0, 3]);
        await Promise.all([journal.waitFor(36), other.waitFor(36)]);
      }),
  },
  {
    name: 'carries envelope, key and trace context unchanged',
    run: (harness) =>
      inScene(harness, async (scene) => {
        const seen: Delivery[] = [];
        await scene.consume((deliveries) => void seen.push(...deliveries));
        const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
        const message = scene.message('schlüssel', 7);
        const headers = { ...message.headers, [eventHeaders.traceparent]: traceparent };
        await scene.harness.publisher.publish([{ ...message, headers }]);
        await until(() => seen.length === 1, { what: 'the event', timeoutMs: waitMs });
        const [only] = seen;
        assert.equal(only?.event.key, scene.keyOf('schlüssel'));
        assert.equal(only?.event.traceparent, traceparent);
        assert.equal(only?.event.version, 7n);
        assert.deepEqual({ ...only?.message.headers }, headers);
      }),
  },
];

const redelivery: readonly ConformanceCase[] = [
  {
    name: 'goes on after a restart where it stopped',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        const first = await scene.consume((deliveries) => journal.write(deliveries));
        await scene.publish(keys, [0, 5]);
        await journal.waitFor(60);
        // Events of other scenes that are not done yet would hold the low water back.
        const lags = (): number[] =>
          first.describe().flatMap(({ partitions }) => partitions.map(({ lag }) => lag));
        await until(() => lags().every((lag) => lag === 0), { what: 'no lag', timeoutMs: waitMs });
        await scene.close(first);
        await scene.publish(keys, [5, 8]);
        await scene.consume((deliveries) => journal.write(deliveries));
        await journal.waitFor(96);
        for (const key of keys) assert.deepEqual(journal.of(scene.keyOf(key)), range(8));
      }),
  },
  {
    name: 'delivers again what was not done when it was closed',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        let isDown = true;
        const first = await scene.consume((deliveries) => {
          if (isDown) throw new DependencyDown('postgres', 'It is down.');
          journal.write(deliveries);
        });
        await scene.publish(keys, [0, 2]);
        await until(() => !first.isReady(), { what: 'standing still', timeoutMs: waitMs });
        await scene.close(first);
        isDown = false;
        await scene.consume((deliveries) => journal.write(deliveries));
        await journal.waitFor(24);
        for (const key of keys) assert.deepEqual(journal.of(scene.keyOf(key)), range(2));
      }),
  },
  {
    name: 'loses nothing and keeps the order when members join and leave',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        const slowly = async (deliveries: readonly Delivery[]): Promise<void> => {
          await new Promise((resolve) => setTimeout(resolve, 2));
          journal.write(deliveries);
        };
        await scene.consume(slowly);
        await scene.publish(keys, [0, 15]);
        const second = await scene.consume(slowly);
        await scene.publish(keys, [15, 30]);
        await journal.waitFor(keys.length * 20);
        await scene.close(second);
        await scene.publish(keys, [30, 35]);
        await journal.waitFor(keys.length * 35);
        for (const key of keys) assert.deepEqual(journal.firstsOf(scene.keyOf(key)), range(35));
      }),
  },
  {
    name: 'keeps a bounded number of messages in memory and still delivers all',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        await scene.publish(keys, [0, 60]);
        let mostBuffered = 0;
        const limits = { recordsMax: 40 };
        const strategy = await scene.consume(
          async (deliveries) => {
            const [status] = strategy?.describe() ?? [];
            mostBuffered = Math.max(mostBuffered, status?.bufferedRecords ?? 0);
            await new Promise((resolve) => setImmediate(resolve));
            journal.write(deliveries);
          },
          { limits, keyConcurrency: 4 },
        );
        await journal.waitFor(keys.length * 60);
        for (const key of keys) assert.deepEqual(journal.of(scene.keyOf(key)), range(60));
        const boundMax = limits.recordsMax + (harness.fetchMax ?? Number.POSITIVE_INFINITY);
        assert.ok(mostBuffered > 0 && mostBuffered <= boundMax, `${mostBuffered} in memory`);
      }),
  },
];

const failures: readonly ConformanceCase[] = [
  {
    name: 'writes poison to the dead letter topic with its raw bytes, and goes on',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        await scene.consume((deliveries) => journal.write(deliveries));
        const good = scene.message('k0', 0);
        const bad: WireMessage = { ...good, value: Buffer.from('no avro at all') };
        const unknown: WireMessage = {
          ...good,
          value: Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1]),
        };
        const { [eventHeaders.id]: _, ...withoutId } = good.headers;
        await scene.harness.publisher.publish([
          bad,
          unknown,
          { ...good, headers: withoutId },
          good,
        ]);
        await journal.waitFor(1);
        const letters = await scene.deadLetters(3, ({ key }) => key === good.key);
        const codes = letters.map(({ headers }) => headers[deadLetterHeaders.failureCode]);
        const expected = ['CODEC_NOT_AVRO', 'CODEC_UNKNOWN_SCHEMA', 'ENVELOPE_INCOMPLETE'];
        assert.deepEqual(new Set(codes), new Set(expected));
        const letter = letters.find(
          ({ headers }) => headers[deadLetterHeaders.failureCode] === 'CODEC_NOT_AVRO',
        );
        assert.equal(letter?.value?.toString(), 'no avro at all');
        assert.equal(letter?.headers[deadLetterHeaders.originalTopic], 'payments.v1');
        assert.equal(letter?.headers[deadLetterHeaders.originalConsumerGroup], scene.group);
      }),
  },
  {
    name: 'dead-letters a permanent failure with its code and lets the next event pass when asked to',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        await scene.consume(
          (deliveries) => {
            if (deliveries[0]?.event.version === 1n)
              throw new PermanentFailure('TEST_NO', 'Never.');
            journal.write(deliveries);
          },
          { onFailure: 'dead-letter' },
        );
        await scene.publish(['k0'], [0, 4]);
        await journal.waitFor(3);
        const letters = await scene.deadLetters(1, ({ key }) => key === scene.keyOf('k0'));
        assert.equal(letters[0]?.headers[deadLetterHeaders.failureCode], 'TEST_NO');
        assert.equal(letters[0]?.headers[deadLetterHeaders.exceptionMessage], 'Never.');
        assert.deepEqual(journal.of(scene.keyOf('k0')), [0, 2, 3]);
      }),
  },
  {
    name: 'retries a transient failure in place and counts the attempts',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        const attempts: number[] = [];
        await scene.consume((deliveries) => {
          const [only] = deliveries;
          attempts.push(only?.attempt ?? 0);
          if ((only?.attempt ?? 0) < 3) throw new TransientFailure('TEST_LATER', 'Later.');
          journal.write(deliveries);
        });
        await scene.publish(['k0'], [0, 1]);
        await journal.waitFor(1);
        assert.deepEqual(attempts, [1, 2, 3]);
      }),
  },
  {
    name: 'parks a key past its attempts, lets others go on, and replays it in order',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        let isHealed = false;
        const parkedKey = scene.keyOf('k0');
        await scene.consume(
          (deliveries) => {
            const isHurt = deliveries[0]?.event.key === parkedKey && !isHealed;
            if (isHurt) throw new TransientFailure('TEST_LATER', 'Later.');
            journal.write(deliveries);
          },
          { attemptsMax: 2 },
        );
        await scene.publish(keys, [0, 4]);
        await journal.waitFor(44);
        const parked = (): number =>
          scene.parking.inspect(scene.group, parkedKey)?.messages.length ?? 0;
        await until(() => parked() === 4, { what: 'four parked events', timeoutMs: waitMs });
        assert.deepEqual(journal.of(parkedKey), []);
        isHealed = true;
        scene.parking.retryNow(scene.group, parkedKey);
        await journal.waitFor(48);
        await until(() => parked() === 0, { what: 'the release', timeoutMs: waitMs });
        await scene.publish(keys, [4, 6]);
        await journal.waitFor(72);
        for (const key of keys) assert.deepEqual(journal.of(scene.keyOf(key)), range(6));
      }),
  },
  {
    name: 'quarantines the key of a permanent failure and copies its head to the dead letter topic',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        const hurtKey = scene.keyOf('k1');
        await scene.consume((deliveries) => {
          if (deliveries[0]?.event.key === hurtKey) throw new PermanentFailure('TEST_NO', 'Never.');
          journal.write(deliveries);
        });
        await scene.publish(['k0', 'k1'], [0, 3]);
        await journal.waitFor(3);
        const letters = await scene.deadLetters(1, ({ key }) => key === hurtKey);
        assert.equal(letters.length, 1);
        await until(() => scene.parking.inspect(scene.group, hurtKey)?.messages.length === 3, {
          what: 'three events in quarantine',
          timeoutMs: waitMs,
        });
        assert.equal(scene.parking.inspect(scene.group, hurtKey)?.state, 'quarantined');
      }),
  },
  {
    name: 'stands still while a dependency is down, is not ready, and goes on by itself',
    run: (harness) =>
      inScene(harness, async (scene, journal) => {
        let isDown = true;
        const strategy = await scene.consume((deliveries) => {
          if (isDown) throw new DependencyDown('postgres', 'It is down.');
          journal.write(deliveries);
        });
        await until(() => strategy.isReady(), { what: 'readiness', timeoutMs: waitMs });
        await scene.publish(keys, [0, 3]);
        await until(() => !strategy.isReady(), { what: 'standing still', timeoutMs: waitMs });
        assert.equal(strategy.describe()[0]?.trouble, 'postgres is down');
        isDown = false;
        await journal.waitFor(36);
        await until(() => strategy.isReady(), { what: 'readiness again', timeoutMs: waitMs });
        for (const key of keys) assert.deepEqual(journal.of(scene.keyOf(key)), range(3));
        assert.deepEqual(await scene.parking.parkedKeys(scene.group), []);
      }),
  },
  {
    name: 'refuses to start while a topic it needs, here its dead letters, does not exist',
    run: (harness) =>
      inScene(harness, async (scene) => {
        await scene.harness.createTopics(['payments.v1']);
        const options = {
          topic: 'payments.v1',
          group: `${scene.group}.unprovisioned`,
          types: ['sluice.payments.v1.PaymentCaptured'],
        } as const;
        const setting = { ...harness, broker: harness.connect(), parking: scene.parking };
        const starting = startConsumers(setting, [{ options, handle: () => {} }]);
        await assert.rejects(starting, { code: 'TOPIC_MISSING' });
        await setting.broker.close();
      }),
  },
];

/** Every promise of messaging that does not depend on the broker. Run each case against each broker. */
export const messagingConformance: readonly ConformanceCase[] = [
  ...delivery,
  ...redelivery,
  ...failures,
  ...badInputConformance,
];
