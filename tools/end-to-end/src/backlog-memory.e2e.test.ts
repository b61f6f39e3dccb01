import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import { localCodec, paymentFacts } from '@sluice/contracts/testing';
import {
  defaultStackFolder,
  serviceNodeOptions,
  startStack,
  type RunningStack,
} from '@sluice/local-stack';
import { toWire, type WireMessage } from '@sluice/messaging';
import { createKafka, KafkaPublisher } from '@sluice/messaging-kafka';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BacklogFigures, BacklogPlan } from './testing/backlog-plan.ts';

Logger.overrideLogger(false);

const run = promisify(execFile);
const residentMegabytesMax = 400;
const partitionCount = 1;

/** Events of one partition, and values of a megabyte. */
const events = 1_000_000;
const megabytes = 300;
const valueBytes = 990_000;
const timeoutMs = 180_000 + events;

const dir = join(defaultStackFolder, `test-backlog-${process.pid}`);
const programFolder = join(import.meta.dirname, `../dist/backlog-${process.pid}`);
const [eventTopic, megabyteTopic, group] = ['payments.v1', 'megabytes', 'backlog'];

describe('a consumer with a long backlog', () => {
  let stack: RunningStack;
  let brokers: string[];
  let publisher: KafkaPublisher;

  beforeAll(async () => {
    const [running] = await Promise.all([startStack({ dir, parts: ['kafka'] }), buildProgram()]);
    stack = running;
    brokers = stack.kafkaBrokers.split(',');
    publisher = new KafkaPublisher({ kafka: { brokers, clientId: 'test' }, lanes: 2 });
    await createTopics();
  });

  afterAll(async () => {
    await publisher.close();
    await stack.stop();
    for (const folder of [dir, programFolder]) rmSync(folder, { recursive: true, force: true });
  });

  async function buildProgram(): Promise<void> {
    const build = await rolldown({
      input: { program: join(import.meta.dirname, 'testing/backlog-program.ts') },
      platform: 'node',
      logLevel: 'silent',
      external: (id) => !/^(?:[./]|@sluice\/|@oxc-project\/)/.test(id),
    });
    await build.write({ dir: programFolder, format: 'esm' });
    await build.close();
  }

  async function createTopics(): Promise<void> {
    const admin = createKafka({ brokers, clientId: 'test' }).admin();
    await admin.connect();
    const letters = `${eventTopic}.${group}.events.dlt`;
    await admin.createTopics({
      topics: [eventTopic, megabyteTopic, letters].map((topic) => ({
        topic,
        numPartitions: partitionCount,
        replicationFactor: 1,
      })),
    });
    await admin.disconnect();
  }

  async function fill(
    count: number,
    slice: number,
    make: (index: number) => WireMessage,
  ): Promise<void> {
    for (let from = 0; from < count; from += slice) {
      const length = Math.min(slice, count - from);
      await publisher.publish(Array.from({ length }, (_, index) => make(from + index)));
    }
  }

  async function workOff(plan: BacklogPlan): Promise<BacklogFigures> {
    const { stdout } = await run(
      process.execPath,
      [...serviceNodeOptions, join(programFolder, 'program.js')],
      {
        env: { ...process.env, BACKLOG_PLAN: JSON.stringify(plan), NODE_OPTIONS: '' },
        timeout: timeoutMs,
      },
    );
    return JSON.parse(stdout) as BacklogFigures;
  }

  it(
    'stays within its memory, with full buffers and while it works the backlog off',
    async () => {
      const codec = await localCodec();
      const facts = toWire(
        {
          id: 'first',
          type: 'sluice.payments.v1.PaymentCaptured',
          source: 'backlog',
          tenant: 'demo',
          key: 'k',
          time: 0n,
          data: paymentFacts(),
        },
        codec,
      );
      await fill(events, 4_000, (index) => ({
        ...facts,
        key: `key-${index % 5_000}`,
        headers: { ...facts.headers, ce_id: `event-${index}` },
      }));
      const value = Buffer.alloc(valueBytes, 'x');
      await fill(megabytes, 10, (index) => ({
        topic: megabyteTopic,
        key: `key-${index}`,
        value,
        headers: {},
      }));

      const plan = { brokers, group, eventTopic, megabyteTopic, events, megabytes };
      const figures = await workOff({ ...plan, blockedMs: 15_000, timeoutMs });

      process.stdout.write(`Backlog: ${JSON.stringify(figures)}\n`);
      expect(figures.events).toBe(events);
      expect(figures.megabytes).toBe(megabytes);
      expect(figures.bufferedBytes).toBeGreaterThan(30_000_000);
      expect(figures.blockedLag).toBeGreaterThan(events * 0.9);
      expect(figures.residentMegabytesMax).toBeGreaterThan(50);
      expect(figures.residentMegabytesMax).toBeLessThanOrEqual(residentMegabytesMax);
    },
    timeoutMs * 2,
  );
});
