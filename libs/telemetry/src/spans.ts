import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  context,
  trace,
} from '@opentelemetry/api';
import type { Attributes, Context, Link, Span, SpanContext } from '@opentelemetry/api';

/** W3C trace context, as rows and headers carry it. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** How a span is made. */
export interface SpanOptions {
  /** @default internal */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** Creation context of the message or request; the active context when absent. */
  readonly parent?: TraceContext;
  /** Asked only when the span is recorded: most traces are sampled out. */
  readonly links?: () => readonly Link[];
}

const traceparentPattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Runs `work` inside a span and ends it when the promise settles.
 * A rejection is recorded on the span and passed on.
 */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = contextFromTraceparent(options.parent) ?? context.active();
  const { kind = SpanKind.INTERNAL, attributes = {}, links } = options;
  return await trace
    .getTracer('sluice')
    .startActiveSpan(name, { kind, attributes }, parent, async (span) => {
      if (links !== undefined && span.isRecording()) span.addLinks([...links()]);
      try {
        return await work(span);
      } catch (error) {
        span.setStatus({
          code: SpanStatusCode.ERROR,
          message: error instanceof Error ? error.name : 'error',
        });
        throw error;
      } finally {
        span.end();
      }
    });
}

/** Trace context of the active span; undefined outside of any. */
export function activeTraceparent(): TraceContext | undefined {
  const span = trace.getSpan(context.active());
  return span === undefined ? undefined : formatTraceparent(span.spanContext());
}

/** W3C form of a span context; undefined when it is invalid, as without an exporter. */
export function formatTraceparent(spanContext: SpanContext): TraceContext | undefined {
  if (!trace.isSpanContextValid(spanContext)) return undefined;
  const flags = spanContext.traceFlags.toString(16).padStart(2, '0');
  const traceparent = `00-${spanContext.traceId}-${spanContext.spanId}-${flags}`;
  const tracestate = spanContext.traceState?.serialize();
  return tracestate === undefined || tracestate === ''
    ? { traceparent }
    : { traceparent, tracestate };
}

/** Context with the remote parent that the text names; undefined when there is none or it is malformed. */
export function contextFromTraceparent(parent: TraceContext | undefined): Context | undefined {
  const match = traceparentPattern.exec(parent?.traceparent ?? '');
  if (match === null) return undefined;
  const [, traceId = '', spanId = '', flags = '00'] = match;
  const spanContext = {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  };
  if (!trace.isSpanContextValid(spanContext)) return undefined;
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}
