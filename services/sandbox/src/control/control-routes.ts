import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Json } from '../json.ts';
import { FaultRefused } from './faults.ts';
import { jsonBody, paramOf, queryOf, type TwinServer, VendorRefusal } from './twin-server.ts';
import type { WebhookOutbox } from './webhook-outbox.ts';

/** The control API every twin has under `/_control`; it is not part of any vendor's API. */
export function installControl(
  server: TwinServer,
  options: { webhooks?: WebhookOutbox; reset?: () => void } = {},
): void {
  const { app, faults, ledger } = server;
  const { webhooks } = options;

  app.get('/_control/faults', async () => ({ faults: faults.inForce() }));
  app.put('/_control/faults', async (request, reply) => {
    const body = parsed(request);
    const list = Array.isArray(body) ? body : [body];
    try {
      faults.replace(list);
    } catch (error) {
      if (error instanceof FaultRefused) return reply.code(422).send({ message: error.message });
      throw error;
    }
    return { faults: faults.inForce() };
  });
  app.delete('/_control/faults', async () => {
    faults.clear();
    webhooks?.calm();
    return { faults: [] };
  });

  app.get('/_control/ledger', async () => ({
    objects: Object.fromEntries(ledger.kinds().map((kind) => [kind, ledger.list(kind)])),
    requests: ledger.requestCounts(),
  }));
  app.get('/_control/ledger/:kind', async (request) => {
    const kind = paramOf(request, 'kind');
    if (kind !== 'requests') return { [kind]: ledger.list(kind) };
    return { requests: ledger.requests(Number(queryOf(request, 'limit') ?? 200)) };
  });
  app.post('/_control/reset', async () => {
    faults.clear();
    webhooks?.calm();
    ledger.clear();
    options.reset?.();
    return { reset: true };
  });
  if (webhooks !== undefined) installWebhookControl(server, webhooks);
}

function installWebhookControl({ app }: TwinServer, webhooks: WebhookOutbox): void {
  app.get('/_control/webhooks', async () => ({ ...webhooks.faults }));
  app.put('/_control/webhooks', async (request) => {
    webhooks.configure(controlBody(request));
    return { ...webhooks.faults };
  });
  app.post('/_control/webhooks/resend', async (request, reply: FastifyReply) => {
    const { id, all, times } = controlBody(request);
    if (typeof id !== 'string' && all !== true) {
      return reply.code(422).send({ message: 'Give an id, or all: true.' });
    }
    const count = webhooks.resend({
      ...(typeof id === 'string' ? { id } : {}),
      ...(typeof times === 'number' ? { times } : {}),
    });
    return { resent: count };
  });
}

/** The body of a control request as an object; 400 when it is something else. */
export function controlBody(request: FastifyRequest): Json {
  const body = jsonBody(request);
  if (body === undefined) throw new VendorRefusal(400, { message: 'The body is not JSON.' });
  return body;
}

function parsed(request: FastifyRequest): unknown {
  if (!(request.body instanceof Buffer)) return [];
  try {
    return JSON.parse(request.body.toString('utf8'));
  } catch {
    throw new VendorRefusal(400, { message: 'The body is not JSON.' });
  }
}
