export { startTelemetry } from './start.ts';
export type { RunningTelemetry, TelemetryOptions, TracesExporter } from './start.ts';
export { activeTraceparent, contextFromTraceparent, formatTraceparent, withSpan } from './spans.ts';
export type { SpanOptions, TraceContext } from './spans.ts';
export { counter, gauge, histogram } from './metrics.ts';
export type { Counter, Histogram } from './metrics.ts';
export { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
export type { Attributes, Context, Link, Span } from '@opentelemetry/api';
