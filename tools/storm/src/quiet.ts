import { setTimeout as pause } from 'node:timers/promises';
import { deviationsOf, readServiceTables } from '@sluice/end-to-end';
import { Kafka, logLevel } from 'kafkajs';
import { excusedOrders } from './excused.ts';
import type { Journal } from './journal.ts';
import type { StormStack } from './storm-stack.ts';

const lookEveryMs = 1_000;

/** When all was quiet, or what was not when the time was over. */
export interface Quiet {
  readonly tookMs: number;
  readonly leftOpen: readonly string[];
}

/**
 * Waits until nothing is on its way any more: orders are as they must be, effects have ended, no key is parked, and
 * every consumer group has read its topics to the end.
 */
export async function waitForQuiet(
  stack: StormStack,
  journal: Journal,
  waitMsMax: number,
): Promise<Quiet> {
  const startedAtMs = Date.now();
  for (;;) {
    const leftOpen = await openWork(stack, journal).catch((error: unknown) => [
      `open: cannot be looked at, ${String(error)}`,
    ]);
    const tookMs = Date.now() - startedAtMs;
    if (leftOpen.length === 0 || tookMs > waitMsMax) return { tookMs, leftOpen };
    await pause(lookEveryMs);
  }
}

async function openWork(stack: StormStack, journal: Journal): Promise<string[]> {
  const { effects, parked } = await readServiceTables(stack, async ({ readAll }) => ({
    effects: await readAll('effect', 'key, kind, subject, state'),
    parked: await readAll('parked_key', 'consumer, key, state, cause_code'),
  }));
  const unended = effects.filter(({ state }) => !endStates.has(String(state)));
  const forPeople = effects.filter(({ state }) => peopleStates.has(String(state)));
  const orders = journal.acknowledgedOrders();
  const moving = [
    ...unended.map(
      ({ service, kind, key, state }) =>
        `open: effect ${String(key)} (${String(kind)}) of ${service} is ${String(state)}`,
    ),
    ...parked.map(
      ({ service, consumer, key, cause_code: code }) =>
        `open: ${String(key)} is parked in ${service} (${String(consumer)}, ${String(code)})`,
    ),
    ...(await lags(stack.servers.kafkaBrokers)),
  ];
  // Reading all ledgers is dear, and pays only when nothing moves any more.
  if (moving.length > 0) return moving;
  const excused = excusedOrders(forPeople, orders);
  const deviations = await deviationsOf(
    stack,
    orders.filter(({ orderNumber }) => !excused.has(orderNumber)),
  );
  return deviations.map((text) => `open: ${text}`);
}

const endStates = new Set(['SUCCEEDED', 'REJECTED', 'ABANDONED', 'MANUAL', 'DUPLICATE']);
const peopleStates = new Set(['MANUAL', 'DUPLICATE']);

/** Consumer groups that have not read and committed everything. */
async function lags(brokers: string): Promise<string[]> {
  const kafka = new Kafka({
    clientId: 'storm-judge',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 4 },
  });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { groups } = await admin.listGroups();
    const found: string[] = [];
    const ends = new Map<string, Map<number, bigint>>();
    for (const { groupId } of groups.filter(({ groupId }) => !groupId.startsWith('end-to-end'))) {
      for (const { topic, partitions } of await admin.fetchOffsets({ groupId })) {
        const known = ends.get(topic) ?? (await endsOf(admin, topic));
        ends.set(topic, known);
        const lag = partitions
          .map(({ partition, offset }) => (known.get(partition) ?? 0n) - positive(offset))
          .reduce((sum, each) => sum + each, 0n);
        if (lag > 0n) found.push(`open: ${groupId} has ${lag} records of ${topic} before it`);
      }
    }
    return found;
  } finally {
    await admin.disconnect();
  }
}

async function endsOf(
  admin: ReturnType<Kafka['admin']>,
  topic: string,
): Promise<Map<number, bigint>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(offsets.map(({ partition, high }) => [partition, BigInt(high)]));
}

/** A partition of which nothing was ever committed has the offset -1. */
function positive(offset: string): bigint {
  const number = BigInt(offset);
  return number < 0n ? 0n : number;
}
