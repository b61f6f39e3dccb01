import type { FastifyInstance } from 'fastify';
import { paramOf } from '../control/twin-server.ts';
import type { CybersourceContext } from './context.ts';
import type { Customer, InstrumentIdentifier, PaymentInstrument } from './records.ts';
import { bodyOf } from './request-body.ts';
import {
  createCustomer,
  createInstrumentIdentifier,
  createPaymentInstrument,
  customerView,
  identifierView,
  instrumentView,
  notFound,
} from './tokens.ts';
import { createTransientToken } from './transient-tokens.ts';

/** Token Management Service, and the transient tokens a browser would get. */
export function installTokenRoutes(app: FastifyInstance, context: CybersourceContext): void {
  const { ledger } = context;
  app.post('/flex/v2/tokens', async (request, reply) =>
    reply
      .code(201)
      .type('application/jwt')
      .send(createTransientToken(context, bodyOf(request))),
  );
  app.post('/tms/v1/instrumentidentifiers', async (request, reply) => {
    const { status, body } = createInstrumentIdentifier(context, bodyOf(request));
    return reply.code(status).send(body);
  });
  app.get('/tms/v1/instrumentidentifiers/:id', async (request) => {
    const id = paramOf(request, 'id');
    const found = ledger.get<InstrumentIdentifier>('instrument-identifiers', id);
    if (found === undefined) throw notFound();
    return identifierView(found);
  });
  app.post('/tms/v1/paymentinstruments', async (request, reply) =>
    reply.code(201).send(createPaymentInstrument(context, bodyOf(request))),
  );
  app.post('/tms/v2/customers', async (request, reply) =>
    reply.code(201).send(createCustomer(context, bodyOf(request))),
  );
  app.get('/tms/v2/customers/:id', async (request) => {
    const found = ledger.get<Customer>('customers', paramOf(request, 'id'));
    if (found === undefined) throw notFound();
    return customerView(found);
  });
  app.post('/tms/v2/customers/:id/payment-instruments', async (request, reply) =>
    reply.code(201).send(createPaymentInstrument(context, bodyOf(request), paramOf(request, 'id'))),
  );
  app.get('/tms/v2/customers/:id/payment-instruments', async (request) => {
    const id = paramOf(request, 'id');
    const found = ledger
      .list<PaymentInstrument>('payment-instruments')
      .filter(({ customerId }) => customerId === id);
    return {
      _links: { self: { href: `/tms/v2/customers/${id}/payment-instruments` } },
      offset: 0,
      limit: 20,
      count: found.length,
      total: found.length,
      _embedded: { paymentInstruments: found.map((entry) => instrumentView(context, entry)) },
    };
  });
  app.get('/tms/v2/customers/:id/payment-instruments/:pid', async (request) => {
    const found = ledger.get<PaymentInstrument>('payment-instruments', paramOf(request, 'pid'));
    if (found?.customerId !== paramOf(request, 'id')) throw notFound();
    return instrumentView(context, found);
  });
}
