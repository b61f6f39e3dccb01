import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { jsonBody, paramOf, rawBody } from '../control/twin-server.ts';
import { textAt } from '../json.ts';
import { checkout, note, type ShopContext } from './checkout.ts';
import { CheckoutRefused, type ShopOrder } from './order.ts';
import { shopPage } from './page.ts';
import { isShopSignature } from './signature.ts';

/** The shop's page, its API, and where commerce-gateway reports the status of orders. */
export function installShopRoutes(app: FastifyInstance, context: ShopContext): void {
  app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(shopPage()));

  app.post('/api/checkout', async (request, reply) => {
    const body = jsonBody(request);
    if (body === undefined) return reply.code(400).send({ message: 'The body is not JSON.' });
    try {
      const { httpStatus, body: answer } = await checkout(context, body);
      return reply.code(httpStatus).send(answer);
    } catch (error) {
      if (!(error instanceof CheckoutRefused)) throw error;
      return reply.code(422).send({ message: error.message });
    }
  });

  app.get('/api/orders', async () => ({
    orders: context.ledger.list<ShopOrder>('orders').toReversed(),
  }));

  app.get('/api/orders/:orderNumber', async (request, reply) => {
    const order = context.ledger.get('orders', paramOf(request, 'orderNumber'));
    return order ?? reply.code(404).send({ message: 'The order does not exist.' });
  });

  app.put('/api/orders/:orderNumber/status', async (request, reply) =>
    updateStatus(context, request, reply),
  );
}

function updateStatus(
  context: ShopContext,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { shopId, shopSigningSecret } = context.settings;
  const given = request.headers['x-sluice-signature'];
  const isGood = isShopSignature(
    typeof given === 'string' ? given : undefined,
    { id: shopId, secret: shopSigningSecret },
    { body: rawBody(request).toString('utf8'), nowMs: Date.now() },
  );
  if (!isGood) return reply.code(401).send({ message: 'The signature is not good.' });
  const body = jsonBody(request);
  const status = textAt(body, 'status');
  const key = request.headers['idempotency-key'];
  if (status === undefined) return reply.code(422).send({ message: 'status is required.' });
  const order = note(context, paramOf(request, 'orderNumber'), {
    status,
    detail: textAt(body, 'detail') ?? '',
    by: 'gateway',
    ...(typeof key === 'string' ? { key } : {}),
  });
  if (order === undefined) return reply.code(404).send({ message: 'The order does not exist.' });
  return reply.send({ orderNumber: order.orderNumber, status: order.status });
}
