import { localCodec, paymentFacts } from '@sluice/contracts/testing';
import { SpanKind, trace } from '@sluice/telemetry';
import type { Context, Link } from '@sluice/telemetry';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planOf } from './consume.decorator.ts';
import { fromWire, toWire } from './envelope.ts';
import { callHandler, SPAN_LINKS_MAX } from './handler-call.ts';
import type { HandlerInput } from './handler-call.ts';
import { withSendSpan } from './send-span.ts';

interface Started {
  readonly name: string;
  readonly kind: SpanKind | undefined;
  readonly parentSpanId: string | undefined;
  readonly links: Link[];
}

/** Notes every span that is started, instead of making one. */
class NotingTracer {
  readonly started: Started[] = [];
  isRecording = true;

  startSpan(): never {
    throw new Error('Spans are started as active ones here.');
  }

  startActiveSpan<T>(
    name: string,
    { kind }: { kind?: SpanKind },
    parent: Context,
    work: (span: unknown) => T,
  ): T {
    const parentSpanId = trace.getSpanContext(parent)?.spanId;
    const links: Link[] = [];
    this.started.push({ name, kind, links, parentSpanId });
    return work({
      isRecording: () => this.isRecording,
      addLinks: (added: readonly Link[]) => links.push(...added),
      setStatus: () => undefined,
      end: () => undefined,
    });
  }
}

const codec = await localCodec();

function traceparentOf(number: number): string {
  return `00-0af7651916cd43dd8448eb211c80319c-${number.toString(16).padStart(16, '0')}-01`;
}

async function inputOf(number: number): Promise<HandlerInput> {
  const type = 'sluice.payments.v1.PaymentCaptured';
  const wire = toWire(
    {
      id: `event-${number}`,
      type,
      source: 'test',
      tenant: 'demo',
      key: `payment-${number}`,
      time: 0n,
      traceparent: traceparentOf(number),
      data: paymentFacts(),
    },
    codec,
  );
  const message = { ...wire, partition: 0, offset: BigInt(number), timestampMs: 0n };
  const plan = planOf({ topic: 'payments.v1', group: 'g', types: [type] });
  const route = { plan, call: () => Promise.resolve() };
  const event = await fromWire(message, codec);
  return { route, message, event, attempts: 0, receivedAtMs: 0 };
}

describe('callHandler', () => {
  let tracer: NotingTracer;

  beforeEach(() => {
    tracer = new NotingTracer();
    trace.setGlobalTracerProvider({ getTracer: () => tracer as never });
  });

  afterEach(() => trace.disable());

  it('continues the trace in which a single event was created', async () => {
    await callHandler([await inputOf(7)], 'g');

    expect(tracer.started).toEqual([
      {
        name: 'process payments.v1',
        kind: SpanKind.CONSUMER,
        parentSpanId: '0000000000000007',
        links: [],
      },
    ]);
  });

  it('links a batch to the creation of its events, 128 at most', async () => {
    const inputs = await Promise.all(Array.from({ length: 130 }, (_, index) => inputOf(index + 1)));

    await callHandler(inputs, 'g');

    expect(tracer.started[0]?.parentSpanId).toBeUndefined();
    expect(tracer.started[0]?.links).toHaveLength(SPAN_LINKS_MAX);
  });

  it('links nothing to a span that is not recorded', async () => {
    tracer.isRecording = false;

    await callHandler([await inputOf(1), await inputOf(2)], 'g');

    expect(tracer.started).toMatchObject([{ name: 'process payments.v1', links: [] }]);
  });

  it('makes no span for undecoded messages', async () => {
    await callHandler([{ ...(await inputOf(1)), event: undefined }], 'g');

    expect(tracer.started).toEqual([]);
  });

  it('is linked from the span of the send', async () => {
    const { message } = await inputOf(3);

    await withSendSpan([message], () => Promise.resolve());

    expect(tracer.started).toMatchObject([
      { name: 'send payments.v1', kind: SpanKind.CLIENT, links: [{ context: { isRemote: true } }] },
    ]);
  });
});
