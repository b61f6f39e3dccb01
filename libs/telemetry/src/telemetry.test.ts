import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import {
  SpanKind,
  activeTraceparent,
  contextFromTraceparent,
  counter,
  gauge,
  histogram,
  startTelemetry,
  withSpan,
} from './index.ts';

const early = counter('sluice_test_early', 'Declared before the start.');
let observations = 0;
const stopObserving = gauge('sluice_test_depth', 'Declared before the start.', (report) => {
  observations += 1;
  report(7, { queue: 'a' });
});
const telemetry = startTelemetry({ service: 'sample' });

async function scrape(): Promise<string> {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  const ended = Promise.withResolvers<string>();
  response.end = ((text: string) => {
    ended.resolve(text);
    return response;
  }) as typeof response.end;
  telemetry.serveMetrics(request, response);
  return await ended.promise;
}

describe('metrics', () => {
  afterAll(() => telemetry.stop());

  it('count what was declared before the start', async () => {
    early.add(2, { reason: 'stale' });

    expect(await scrape()).toMatch(/sluice_test_early_total\{[^}]*reason="stale"[^}]*\} 2/);
  });

  it('tell milliseconds apart in a distribution of seconds', async () => {
    histogram('sluice_test_seconds', 'A short time.').record(0.003);

    const text = await scrape();

    expect(text).toMatch(/sluice_test_seconds_bucket\{[^}]*le="0.0025"[^}]*\} 0/);
    expect(text).toMatch(/sluice_test_seconds_bucket\{[^}]*le="0.005"[^}]*\} 1/);
  });

  it('observe a gauge at each scrape until its observing is stopped', async () => {
    expect(await scrape()).toMatch(/sluice_test_depth\{[^}]*queue="a"[^}]*\} 7/);

    stopObserving();
    const before = observations;
    await scrape();

    expect(before).toBeGreaterThan(0);
    expect(observations).toBe(before);
  });
});

describe('trace context', () => {
  it('reads W3C text and refuses what is malformed', () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

    expect(contextFromTraceparent({ traceparent })).toBeDefined();
    expect(contextFromTraceparent({ traceparent: 'nonsense' })).toBeUndefined();
    expect(
      contextFromTraceparent({ traceparent: `00-${'0'.repeat(32)}-${'0'.repeat(16)}-01` }),
    ).toBeUndefined();
    expect(contextFromTraceparent(undefined)).toBeUndefined();
  });

  it('passes results and errors through a span, with or without an exporter', async () => {
    expect(await withSpan('work', { kind: SpanKind.INTERNAL }, () => Promise.resolve(5))).toBe(5);
    await expect(withSpan('work', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(activeTraceparent()).toBeUndefined();
  });
});
