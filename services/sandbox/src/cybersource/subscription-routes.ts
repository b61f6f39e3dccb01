import type { FastifyInstance } from 'fastify';
import { paramOf } from '../control/twin-server.ts';
import type { CybersourceContext } from './context.ts';
import { bodyOf } from './request-body.ts';
import {
  createSubscription,
  createSymmetricKey,
  listSymmetricKeys,
  managementRefusal,
  productCatalogue,
} from './subscriptions.ts';

/** Management of webhook keys and subscriptions. */
export function installSubscriptionRoutes(app: FastifyInstance, context: CybersourceContext): void {
  const { ledger } = context;
  const base = '/notification-subscriptions/v2';
  app.post('/kms/egress/v2/keys-sym', async (request, reply) =>
    reply.code(201).send(createSymmetricKey(context, bodyOf(request))),
  );
  app.get('/kms/egress/v2/keys-sym', async () => listSymmetricKeys(context));
  app.get(`${base}/products/:organizationId`, async () => productCatalogue());
  app.post(`${base}/webhooks`, async (request, reply) =>
    reply.code(201).send(createSubscription(context, bodyOf(request))),
  );
  app.get(`${base}/webhooks`, async () => ledger.list('subscriptions'));
  app.get(`${base}/webhooks/:id`, async (request) => {
    const found = ledger.get('subscriptions', paramOf(request, 'id'));
    if (found === undefined) throw managementRefusal('The webhook does not exist', 404);
    return found;
  });
  app.delete(`${base}/webhooks/:id`, async (request, reply) => {
    const id = paramOf(request, 'id');
    if (ledger.get('subscriptions', id) === undefined) {
      throw managementRefusal('The webhook does not exist', 404);
    }
    ledger.delete('subscriptions', id);
    return reply.code(200).send();
  });
}
