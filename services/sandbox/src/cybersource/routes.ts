import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { paramOf, queryOf, rawBody, VendorRefusal } from '../control/twin-server.ts';
import type { Json } from '../json.ts';
import { batchReport } from './batch-report.ts';
import { reverse, timeoutReversal, timeoutVoid, voidTransaction } from './cancellations.ts';
import type { CybersourceContext } from './context.ts';
import { capture, refund } from './follow-ons.ts';
import { verifySignature, type SigningKey } from './http-signature.ts';
import { createPayment } from './payments.ts';
import type { TransactionKind } from './records.ts';
import { invalidField } from './refusals.ts';
import { bodyOf } from './request-body.ts';
import { installSubscriptionRoutes } from './subscription-routes.ts';
import { installTokenRoutes } from './token-routes.ts';
import { searchTransactions, transactionDetail } from './transaction-search.ts';

const clockWindowMs = 5 * 60 * 1000;
const merchants = new WeakMap<FastifyRequest, string>();

/** All routes of the Cybersource twin, each behind the signature check. */
export function installCybersourceRoutes(
  root: FastifyInstance,
  context: CybersourceContext,
  keys: readonly SigningKey[],
): void {
  root.register(async (app) => {
    app.addHook('preHandler', async (request, reply) => {
      decorate(reply);
      checkSignature(request, context, keys);
    });
    installPaymentRoutes(app, context);
    installSearchRoutes(app, context);
    installTokenRoutes(app, context);
    installSubscriptionRoutes(app, context);
  });
}

function installPaymentRoutes(app: FastifyInstance, context: CybersourceContext): void {
  const created = (reply: FastifyReply, body: Json): FastifyReply => reply.code(201).send(body);
  app.post('/pts/v2/payments', async (request, reply) =>
    created(reply, createPayment(context, merchants.get(request) ?? '', bodyOf(request))),
  );
  app.post('/pts/v2/payments/:id/captures', async (request, reply) =>
    created(reply, capture(context, paramOf(request, 'id'), bodyOf(request))),
  );
  for (const kind of ['payment', 'capture'] as const) {
    app.post(`/pts/v2/${kind}s/:id/refunds`, async (request, reply) =>
      created(reply, refund(context, { id: paramOf(request, 'id'), kind }, bodyOf(request))),
    );
  }
  for (const kind of ['payment', 'capture', 'refund'] satisfies TransactionKind[]) {
    app.post(`/pts/v2/${kind}s/:id/voids`, async (request, reply) =>
      created(
        reply,
        voidTransaction(context, { id: paramOf(request, 'id'), kind }, bodyOf(request)),
      ),
    );
  }
  app.post('/pts/v2/payments/:id/reversals', async (request, reply) =>
    created(reply, reverse(context, paramOf(request, 'id'), bodyOf(request))),
  );
  app.post('/pts/v2/voids', async (request, reply) =>
    created(reply, timeoutVoid(context, bodyOf(request))),
  );
  app.post('/pts/v2/reversals', async (request, reply) =>
    created(reply, timeoutReversal(context, bodyOf(request))),
  );
}

function installSearchRoutes(app: FastifyInstance, context: CybersourceContext): void {
  app.get('/tss/v2/transactions/:id', async (request) =>
    transactionDetail(context, paramOf(request, 'id')),
  );
  app.post('/tss/v2/searches', async (request, reply) =>
    reply.code(201).send(searchTransactions(context, bodyOf(request))),
  );
  app.get('/tss/v2/searches/:id', async (request) => {
    const found = context.ledger.get<Json>('searches', paramOf(request, 'id'));
    if (found === undefined) throw new VendorRefusal(404, { status: 'NOT_FOUND' });
    return found;
  });
  app.get('/reporting/v3/report-downloads', async (request, reply) => {
    const date = queryOf(request, 'reportDate');
    const name = queryOf(request, 'reportName');
    if (date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date)) throw invalidField('reportDate');
    const tomorrow = new Date(context.now().getTime() + 24 * 60 * 60 * 1000);
    const isKnown = name?.startsWith('PaymentBatchDetail') === true;
    if (!isKnown || date > tomorrow.toISOString().slice(0, 10)) {
      throw new VendorRefusal(404, {
        submitTimeUtc: context.now().toISOString(),
        reason: 'NOT_FOUND',
        message: 'The requested report does not exist',
      });
    }
    return reply.type('text/csv; charset=utf-8').send(batchReport(context, date));
  });
}

function checkSignature(
  request: FastifyRequest,
  context: CybersourceContext,
  keys: readonly SigningKey[],
): void {
  const verdict = verifySignature(
    {
      method: request.method,
      target: request.raw.url ?? request.url,
      headers: request.headers,
      body: rawBody(request),
    },
    {
      keys,
      now: context.now(),
      clockWindowMs: context.switches.checksClock ? clockWindowMs : undefined,
    },
  );
  if (!verdict.ok) throw new VendorRefusal(401, { response: { rmsg: verdict.reason } });
  merchants.set(request, verdict.merchantId);
}

function decorate(reply: FastifyReply): void {
  const id = randomUUID();
  reply.headers({
    'v-c-correlation-id': id,
    'x-requestid': id,
    'x-response-time': '12ms',
    'cache-control': 'no-cache, no-store, must-revalidate',
    'strict-transport-security': 'max-age=31536000',
    'content-type': 'application/hal+json',
  });
}
