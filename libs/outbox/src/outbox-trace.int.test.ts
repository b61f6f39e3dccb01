import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { eventTypes } from '@sluice/contracts';
import { localCodec } from '@sluice/contracts/testing';
import { inTransaction } from '@sluice/postgres';
import { type FreshDatabase, freshDatabase } from '@sluice/postgres/testing';
import {
  type RunningTelemetry,
  activeTraceparent,
  startTelemetry,
  withSpan,
} from '@sluice/telemetry';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { orderEvent } from './fixtures/outbox-fixture.ts';
import { Outbox, outboxMigrations } from './index.ts';

const traceOf = (traceparent = ''): string | undefined => traceparent.split('-')[1];

let database: FreshDatabase;
let telemetry: RunningTelemetry;
let outbox: Outbox;
const sent: { readonly name: string; readonly tags: Record<string, string> }[] = [];
const collector = createServer(async (request, response) => {
  sent.push(...((await json(request)) as typeof sent));
  response.writeHead(202).end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => {
    collector.listen(0, '127.0.0.1', resolve);
  });
  const { port } = collector.address() as AddressInfo;
  telemetry = startTelemetry({
    service: 'outbox-test',
    tracesExporter: 'zipkin',
    tracesUrl: `http://127.0.0.1:${port}/api/v2/spans`,
  });
  database = await freshDatabase(inject('databaseUrl'), { migrations: outboxMigrations });
  outbox = new Outbox({ codec: await localCodec() });
});

afterAll(async () => {
  await database.close();
  collector.close();
});

async function storedTraceparent(event: ReturnType<typeof orderEvent>): Promise<string> {
  await inTransaction(database.dataSource, (tx) => outbox.append(tx, [event]));
  const rows: { traceparent: string }[] = await database.dataSource.query(
    `select headers->>'traceparent' as traceparent from outbox where id = $1`,
    [event.id],
  );
  return rows[0]?.traceparent ?? '';
}

describe('Outbox with traces', () => {
  it('stores a creation span of the trace in which the event was appended', async () => {
    await withSpan('request', {}, async () => {
      const active = activeTraceparent()?.traceparent;

      const stored = await storedTraceparent(orderEvent());

      expect(traceOf(stored)).toBe(traceOf(active));
      expect(stored).not.toBe(active);
    });
  });

  it('goes on with the trace that the event brings', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

    const stored = await storedTraceparent(orderEvent({ traceparent }));

    expect(traceOf(stored)).toBe('a'.repeat(32));
  });

  it('tells of the event in its creation span', async () => {
    const event = orderEvent();
    await storedTraceparent(event);

    await telemetry.stop();

    const created = sent.find(({ tags }) => tags['messaging.message.id'] === event.id);
    expect(created).toMatchObject({
      name: `create ${eventTypes[event.type].topic}`,
      tags: { 'messaging.kafka.message.key': event.key, 'sluice.event.type': event.type },
    });
  });
});
