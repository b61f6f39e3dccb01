import {
  SpanKind,
  SpanStatusCode,
  context,
  contextFromTraceparent,
  trace,
} from '@sluice/telemetry';
import type { Context, Span } from '@sluice/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';

interface RequestTrace {
  readonly span: Span;
  readonly active: Context;
}

const untraced = ['/livez', '/readyz', '/metrics', '/docs', '/ops'];

/** One SERVER span per request, child of the caller's trace context; the handler runs inside it. */
export function traceRequests(fastify: FastifyInstance): void {
  const traces = new WeakMap<FastifyRequest, RequestTrace>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    if (untraced.some((prefix) => request.url.startsWith(prefix))) return done();
    const made = startTrace(request);
    traces.set(request, made);
    context.with(made.active, done);
  });
  // The body parser resumes outside of the first scope, so the handler's scope is opened again.
  fastify.addHook('preValidation', (request, _reply, done) => {
    const made = traces.get(request);
    if (made === undefined) return done();
    context.with(made.active, done);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const span = traces.get(request)?.span;
    span?.setAttribute('http.response.status_code', reply.statusCode);
    if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
    span?.end();
    done();
  });
}

function startTrace(request: FastifyRequest): RequestTrace {
  const header = request.headers.traceparent;
  const remote =
    typeof header === 'string' ? contextFromTraceparent({ traceparent: header }) : undefined;
  const parent = remote ?? context.active();
  const route = request.routeOptions.url ?? 'unknown';
  const span = trace.getTracer('sluice').startSpan(
    `${request.method} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: { 'http.request.method': request.method, 'http.route': route },
    },
    parent,
  );
  return { span, active: trace.setSpan(parent, span) };
}
