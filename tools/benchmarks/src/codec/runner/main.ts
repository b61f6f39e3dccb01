import { isDeepStrictEqual } from 'node:util';
import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { EventCodec, compileSchema, eventTypes } from '@sluice/contracts';
import { paymentUpdated } from '@sluice/contracts/testing';
import { RegistrySchemaIds } from '@sluice/messaging-kafka';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';

/** What the runner can be asked to do over and over. */
export type CodecTask = 'decode' | 'decode-by-registry' | 'both-ways' | 'both-ways-in-json';

/** What a run has cost and shown. */
export interface CodecResult {
  readonly seconds: number;
  readonly cpuMicros: number;
  /** How many results were not what they must be. */
  readonly wrong: number;
}

/** The field that the second version of the record has brought. */
const newField = 'refundedTotal';
/** Looking at each result would cost as much as making it. */
const lookEvery = 500;

const type = 'sluice.cybersource.v1.PaymentUpdated';
const url = setting('SCHEMA_REGISTRY_URL');
const event = paymentUpdated({ email: 'ada@example.com', reasonCodes: ['100'] });
const plainEvent = { ...event, occurredAt: event.occurredAt.toString() };
const numericEvent = { ...event, occurredAt: Number(event.occurredAt) };
const codec = new EventCodec(new RegistrySchemaIds(url));
const registry = new SchemaRegistry({ host: url });
const readerSchema = JSON.parse(eventTypes[type].schema) as { fields: { name: string }[] };
const firstSchema = {
  ...readerSchema,
  fields: readerSchema.fields.filter(({ name }) => name !== newField),
};
const oldPayload = await writtenByFirstVersion();

async function writtenByFirstVersion(): Promise<Buffer> {
  const schema = JSON.stringify(firstSchema);
  const registered = await registry.register(
    { type: SchemaType.AVRO, schema },
    { subject: 'benchmark.codec' },
  );
  const { [newField]: _left, ...old } = event;
  const head = Buffer.alloc(5);
  head.writeInt32BE(registered.id, 1);
  return Buffer.concat([head, compileSchema(schema).toBuffer(old)]);
}

const tasks: Readonly<Record<CodecTask, () => unknown>> = {
  decode: () => codec.decodeKnown(oldPayload)?.data,
  'decode-by-registry': () =>
    registry.decode(oldPayload, { [SchemaType.AVRO]: { readerSchema: readerSchema as never } }),
  'both-ways': () => codec.decodeKnown(codec.encode(type, event).payload)?.data,
  'both-ways-in-json': () => JSON.parse(Buffer.from(JSON.stringify(plainEvent)).toString()),
};

const expected: Readonly<Record<CodecTask, unknown>> = {
  decode: event,
  'decode-by-registry': numericEvent,
  'both-ways': event,
  'both-ways-in-json': plainEvent,
};

await codec.prepare([type]);
// Both schemas are known from here on, as they are while messages flow.
await codec.decode(oldPayload);
await codec.decode(codec.encode(type, event).payload);

async function run(order: { task: CodecTask; count: number }): Promise<CodecResult> {
  const { task, count } = order;
  const work = tasks[task];
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  let wrong = 0;
  for (let turn = 0; turn < count; turn += 1) {
    const made = work();
    const result = made instanceof Promise ? ((await made) as unknown) : made;
    if (turn % lookEvery === 0 && !isEqual(result, expected[task])) wrong += 1;
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { seconds, cpuMicros: user + system, wrong };
}

/** avsc gives records a class of their own, so that only contents are compared. */
function isEqual(result: unknown, wanted: unknown): boolean {
  return isDeepStrictEqual({ ...(result as object) }, { ...(wanted as object) });
}

openDoor({ run });
