import { createRequire } from 'node:module';
import type { EncodedRequest } from './encoded-request.ts';
import {
  decodeFetch,
  encodeFetch,
  type DecodeMessages,
  type FetchAnswer,
  type FetchDecoder,
  type FetchRequest,
} from './lean-fetches.ts';
import { encodeProduce, type ProduceRequest } from './lean-produces.ts';
import { decodeRecord } from './lean-records.ts';
import { timeOutWhenDue, type TimedQueue } from './request-timeouts.ts';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly throttledUntil: number;
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
}

interface Fetcher {
  stop(): Promise<void>;
}

interface Runner {
  readonly running: boolean;
  readonly fetchManager: { getFetchers(): readonly Fetcher[] };
  readonly consumerGroup: { maxWaitTime: number; paused(): readonly unknown[] };
  fetch: (this: Runner, nodeId: number) => Promise<unknown[]>;
}

type MakeProduce = (request: ProduceRequest) => { encode(): Promise<EncodedRequest> };

type MakeFetch = (request: FetchRequest) => { encode(): Promise<EncodedRequest> };

interface FetchResponse {
  decode(rawData: Buffer): Promise<FetchAnswer>;
}

interface FetchWait {
  readonly busyMs: number;
  lastFoundAtMs: number;
}

/** After this time without a message fetches wait longer: only a message or a pause ends the calm. */
const calmAfterMs = 10_000;
const calmWaitFactor = 3;

let isTamed = false;

const load = createRequire(import.meta.url);

/**
 * Stops kafkajs from waking up for nothing and from never sleeping again, and gives it our encoding of produces
 * and fetches.
 *
 * After each reply its request queue sets a timer that fires at once and sets the next one, about 900 times a second
 * in an idle process, most of them with a negative delay. A check is needed only while requests wait or the broker
 * throttles. Also keeps Node's warning about negative delays silent, and no other warning.
 */
export function tameKafkajs(): void {
  if (isTamed) return;
  isTamed = true;
  const requestQueue = 'kafkajs/src/network/requestQueue/index.js';
  tameRequestQueue(loadPrototype<RequestQueue>(requestQueue));
  timeOutWhenDue(loadPrototype<TimedQueue>(requestQueue));
  tameRunner(loadPrototype<Runner>('kafkajs/src/consumer/runner.js'));
  leanProduces();
  leanRecords();
  leanFetches();
  silenceNegativeTimeouts();
}

/**
 * kafkajs loads its protocol with the first request, so that what stands in Node's cache by then is what it uses.
 * Version 7 is the newest that it speaks; a broker that speaks an older one gets what kafkajs writes.
 */
function leanProduces(): void {
  const path = 'kafkajs/src/protocol/requests/produce/v7/request.js';
  replaceModule(path, (make: MakeProduce) => (request: ProduceRequest) => {
    const made = make(request);
    return { ...made, encode: async () => encodeProduce(request, Date.now()) ?? made.encode() };
  });
}

function leanRecords(): void {
  replaceModule('kafkajs/src/protocol/recordBatch/record/v0/decoder.js', () => decodeRecord);
}

/**
 * Version 11 is the newest that kafkajs speaks; a broker that speaks an older one is asked by kafkajs. Comes after
 * `leanRecords`: the decoder of messages, which is loaded here, takes the decoder of records that it finds.
 */
function leanFetches(): void {
  const folder = 'kafkajs/src/protocol/requests/fetch';
  const decodeMessages = load(`${folder}/v4/decodeMessages.js`) as DecodeMessages;
  const Decoder = load('kafkajs/src/protocol/decoder.js') as new (raw: Buffer) => FetchDecoder;
  replaceModule(`${folder}/v11/request.js`, (make: MakeFetch) => (request: FetchRequest) => {
    const made = make(request);
    return { ...made, encode: async () => encodeFetch(request) ?? made.encode() };
  });
  replaceModule(`${folder}/v11/response.js`, (response: FetchResponse) => ({
    ...response,
    decode: (rawData: Buffer) => decodeFetch(new Decoder(rawData), decodeMessages),
  }));
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

/**
 * Ends the fetchers of a consumer that was stopped, and makes the fetches of an idle one few.
 *
 * A consumer that is stopped in the moment in which its brokers change makes new fetchers after the old ones were
 * ended. Nobody ends those: a stopped consumer answers them at once with nothing, and they ask again at once, for ever and
 * without a pause in which the process could do anything else. It lives, and neither answers nor stops.
 */
export function tameRunner(prototype: Runner): void {
  const fetch = prototype.fetch;
  const waits = new WeakMap<Runner, FetchWait>();
  prototype.fetch = async function (this: Runner, nodeId: number): Promise<unknown[]> {
    if (!this.running) {
      for (const fetcher of this.fetchManager.getFetchers()) void fetcher.stop();
      return [];
    }
    const { consumerGroup } = this;
    const wait = waits.get(this) ?? {
      busyMs: consumerGroup.maxWaitTime,
      lastFoundAtMs: Date.now(),
    };
    waits.set(this, wait);
    // What is resumed is fetched only after the fetch that is under way, so that one must stay short.
    const isBusy =
      Date.now() - wait.lastFoundAtMs < calmAfterMs || consumerGroup.paused().length > 0;
    consumerGroup.maxWaitTime = isBusy ? wait.busyMs : wait.busyMs * calmWaitFactor;
    const batches = await fetch.call(this, nodeId);
    if (batches.length > 0) wait.lastFoundAtMs = Date.now();
    return batches;
  };
}

function loadPrototype<T>(path: string): T {
  return (load(path) as { prototype: T }).prototype;
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
