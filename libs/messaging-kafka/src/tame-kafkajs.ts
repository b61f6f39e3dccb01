import { createRequire } from 'node:module';
import {
  decodeRecord,
  encodeRecord,
  type EncodedRecord,
  type RecordToEncode,
} from './lean-records.ts';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

let isTamed = false;

const load = createRequire(import.meta.url);

/**
 * Stops kafkajs from waking up for nothing, and gives it our encoding of records.
 *
 * After each reply its request queue sets a timer that fires at once and sets the next one, about 900 times a second
 * in an idle process, most of them with a negative delay. A check is needed only while requests wait or the broker
 * throttles. Also keeps Node's warning about negative delays silent, and no other warning.
 */
export function tameKafkajs(): void {
  if (isTamed) return;
  isTamed = true;
  tameRequestQueue(loadRequestQueue());
  leanRecords();
  silenceNegativeTimeouts();
}

/** kafkajs loads its protocol with the first request, so that what stands in Node's cache by then is what it uses. */
function leanRecords(): void {
  const folder = 'kafkajs/src/protocol/recordBatch/record/v0';
  replaceModule(`${folder}/index.js`, (encode: (record: RecordToEncode) => EncodedRecord) => {
    return (record: RecordToEncode) => encodeRecord(record) ?? encode(record);
  });
  replaceModule(`${folder}/decoder.js`, () => decodeRecord);
}

function replaceModule<T>(path: string, make: (original: T) => unknown): void {
  const original = load(path) as T;
  const cached = load.cache[load.resolve(path)];
  if (cached === undefined) throw new Error(`kafkajs keeps its module ${path} elsewhere.`);
  cached.exports = make(original);
}

/** Lets a queue schedule its check only when there is something to check. */
export function tameRequestQueue(prototype: RequestQueue): void {
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.pending.length === 0 && this.throttledUntil <= Date.now()) return;
    schedule.call(this);
  };
}

function loadRequestQueue(): RequestQueue {
  const module = load('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue };
  return module.prototype;
}

function silenceNegativeTimeouts(): void {
  const emit = process.emitWarning.bind(process) as (...details: unknown[]) => void;
  process.emitWarning = (...details: unknown[]): void => {
    const [warning, type] = details;
    const name = warning instanceof Error ? warning.name : typeName(type);
    if (name !== 'TimeoutNegativeWarning') emit(...details);
  };
}

function typeName(type: unknown): unknown {
  return typeof type === 'object' && type !== null && 'type' in type ? type.type : type;
}
