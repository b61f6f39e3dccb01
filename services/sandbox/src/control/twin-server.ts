import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { isJson, type Json } from '../json.ts';
import { Faults, installFaults } from './faults.ts';
import type { Ledger } from './ledger.ts';

const bodyBytesMax = 2 * 1024 * 1024;

/** An answer that ends a request early: the vendor's status and body. */
export class VendorRefusal extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`refused with ${status}`);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** The HTTP server all twins share: raw bodies, faults, request log. */
export interface TwinServer {
  readonly app: FastifyInstance;
  readonly faults: Faults;
  readonly ledger: Ledger;
}

/** Makes the server of one twin. */
export function createTwinServer(ledger: Ledger): TwinServer {
  const app = Fastify({
    bodyLimit: bodyBytesMax,
    // A delayed request must not hold the stop up.
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
  });
  const faults = new Faults();
  const cut = new WeakSet<FastifyRequest>();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  const log = (request: FastifyRequest, status: number): void => {
    const path = pathOf(request);
    if (path.startsWith('/_control')) return;
    const body = request.body instanceof Buffer ? { body: request.body } : {};
    ledger.recordRequest({ method: request.method, path, status, ...body });
  };
  app.addHook('onSend', async (request, reply, payload) => {
    if (!cut.has(request)) log(request, reply.statusCode);
    return payload;
  });
  installFaults(app, faults, (request) => {
    cut.add(request);
    log(request, 0);
  });
  app.setErrorHandler((error: FastifyError | VendorRefusal, _request, reply) => {
    if (error instanceof VendorRefusal) {
      return reply.code(error.status).headers(error.headers).send(error.body);
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) process.stderr.write(`${error.stack ?? error.message}\n`);
    return reply.code(status).send({ message: error.message });
  });
  return { app, faults, ledger };
}

/** Listens and returns the address as a URL. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<string> {
  await app.listen({ host, port });
  const address = app.server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return `http://${host}:${actual}`;
}

/** The path of a request, without its query. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '/';
}

/** The raw bytes of a request; empty when it has no body. */
export function rawBody(request: FastifyRequest): Buffer {
  return request.body instanceof Buffer ? request.body : Buffer.alloc(0);
}

/** The body as a JSON object; an empty body is an empty object, anything else undefined. */
export function jsonBody(request: FastifyRequest): Json | undefined {
  const raw = rawBody(request);
  if (raw.length === 0) return {};
  try {
    const value: unknown = JSON.parse(raw.toString('utf8'));
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** One query parameter, the first when it is repeated; undefined when absent or empty. */
export function queryOf(request: FastifyRequest, name: string): string | undefined {
  const query = request.query as Record<string, string | string[] | undefined>;
  const value = query[name];
  const text = Array.isArray(value) ? value[0] : value;
  return text === '' ? undefined : text;
}

/** One path parameter. */
export function paramOf(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? '';
}
