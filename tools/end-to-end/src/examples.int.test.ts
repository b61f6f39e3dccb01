import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { globSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { EventCodec, type EventType } from '@sluice/contracts';
import { paymentFacts } from '@sluice/contracts/testing';
import { cacheFolder, findJava, repositoryRoot } from '@sluice/local-stack';
import { toWire, type EventRecord } from '@sluice/messaging';
import { createKafka, KafkaPublisher, RegistrySchemaIds } from '@sluice/messaging-kafka';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { ExampleProgram } from './testing/example-program.ts';
import { untilFound } from './wait.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    kafkaBrokers: string;
    schemaRegistryUrl: string;
  }
}

const kafkaBrokers = inject('kafkaBrokers');
const schemaRegistryUrl = inject('schemaRegistryUrl');
const examples = join(repositoryRoot, 'docs/guides/examples');
/** Of this test alone: others write poison to `payments.v1`, which no example is made for. */
const topic = `payments-examples-${randomUUID()}`;
const types = [
  'sluice.payments.v1.PaymentAuthorized',
  'sluice.payments.v1.PaymentCaptured',
] as const;
const answerMsMax = 120_000;
const testMsMax = 150_000;
/** Beyond 2^31, so that a reader that takes a long for an int is found out. */
const amount = { minor: 5_000_000_000n, currency: 'EUR' };

const kafka = { brokers: kafkaBrokers.split(','), clientId: 'examples' };
const publisher = new KafkaPublisher({ kafka });
let codec: EventCodec;
let program: ExampleProgram | undefined;

beforeAll(async () => {
  codec = new EventCodec(new RegistrySchemaIds(schemaRegistryUrl));
  await codec.prepare(types);
  const admin = createKafka(kafka).admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic, numPartitions: 6 }], waitForLeaders: true });
  await admin.disconnect();
});

afterEach(async () => {
  await program?.stop();
  program = undefined;
});

afterAll(async () => {
  await publisher.close();
});

function paymentEvent(type: (typeof types)[number], key: string, version: bigint): EventRecord {
  return {
    id: `${key}-${version}`,
    type: type satisfies EventType,
    source: 'canonical-mapper',
    tenant: 'demo',
    key,
    time: 1_768_478_400_000_000n,
    version,
    data: paymentFacts({ paymentId: key, amount }),
  };
}

/** Publishes an authorization twice and then its capture; returns their key. */
async function publishWithRepeat(): Promise<string> {
  const key = `payment-${randomUUID()}`;
  const [authorized, captured] = types.map((type, index) =>
    toWire(paymentEvent(type, key, BigInt(index + 1)), codec),
  );
  for (const message of [authorized!, authorized!, captured!]) {
    await publisher.publish([{ ...message, topic }]);
  }
  return key;
}

function start(command: string, args: readonly string[]): ExampleProgram {
  program = new ExampleProgram({
    command,
    args: [...args, topic, `examples.${randomUUID()}`],
    kafkaBrokers,
    schemaRegistryUrl,
  });
  return program;
}

/** Waits for the capture, behind which the repeat has been read; fails early when the program ends. */
async function untilCaptured(running: ExampleProgram, key: string): Promise<void> {
  await untilFound(
    'The line of the capture',
    async () => {
      const code = running.exitCode();
      if (code !== undefined) throw new Error(`It ended with ${code}: ${running.complaint}`);
      return await Promise.resolve(running.linesOf(key).find(({ type }) => type === types[1]));
    },
    answerMsMax,
  );
}

function expectBothOnce(running: ExampleProgram, key: string): void {
  const money = expect.objectContaining({ amount: { minor: 5_000_000_000, currency: 'EUR' } });
  expect(running.linesOf(key)).toEqual([
    { id: `${key}-1`, type: types[0], key, version: '1', data: money },
    { id: `${key}-2`, type: types[1], key, version: '2', data: money },
  ]);
  expect(running.complaint).toContain(`repeat of ${key}-1 dropped`);
}

/** Only a JDK compiles a source file that it is told to run; the servers need no more than a runtime. */
async function isJdk(java: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)(java, ['--list-modules']);
  return stdout.includes('jdk.compiler');
}

async function pythonModuleMissing(): Promise<boolean> {
  const check = new ExampleProgram({
    command: 'python3',
    args: ['-c', 'import confluent_kafka, fastavro'],
    kafkaBrokers,
    schemaRegistryUrl,
  });
  return (await check.end()) !== 0;
}

describe('the example for downstream teams', () => {
  it('prints each event once, in order, in Node', { timeout: testMsMax }, async () => {
    const key = await publishWithRepeat();

    const running = start(process.execPath, [join(examples, 'node/example.mjs')]);
    await untilCaptured(running, key);

    expectBothOnce(running, key);
    expect(await running.stop()).toBe(0);
  });

  it(
    'prints each event once, in order, in Java, where a JDK is found',
    {
      timeout: testMsMax,
    },
    async () => {
      const key = await publishWithRepeat();
      const { executable } = await findJava();
      // The stack's own programs bring every jar that the example needs.
      const jars = ['kafka-*/*.jar', 'apicurio-registry-*/lib/main/org.apache.avro.avro-*.jar'];
      const classPath = jars.flatMap((jar) => globSync(join(cacheFolder, jar))).join(delimiter);

      const running = start(executable, ['-cp', classPath, join(examples, 'java/Example.java')]);
      if (await isJdk(executable)) {
        await untilCaptured(running, key);
        expectBothOnce(running, key);
      } else {
        expect(await running.end()).not.toBe(0);
      }
    },
  );

  it(
    'prints each event once, in order, in Python, or names the package that is missing',
    {
      timeout: testMsMax,
    },
    async () => {
      const key = await publishWithRepeat();
      const isMissing = await pythonModuleMissing();

      const running = start('python3', [join(examples, 'python/example.py')]);
      if (isMissing) {
        expect(await running.end()).not.toBe(0);
        expect(running.complaint).toMatch(/pip install confluent-kafka fastavro|python3 ENOENT/);
      } else {
        await untilCaptured(running, key);
        expectBothOnce(running, key);
      }
    },
  );

  it.each([
    ['Node', process.execPath, 'node/example.mjs'],
    ['Python', 'python3', 'python/example.py'],
  ])(
    'tells how it is called when the topic is missing, in %s',
    async (_language, command, file) => {
      program = new ExampleProgram({
        command,
        args: [join(examples, file)],
        kafkaBrokers,
        schemaRegistryUrl,
      });

      expect(await program.end()).not.toBe(0);
      expect(program.complaint).toMatch(/Usage: KAFKA_BROKERS|pip install|python3 ENOENT/);
    },
  );
});
