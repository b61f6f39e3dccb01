import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pathOf, queryOf } from '../../control/twin-server.ts';
import { tokenOf } from '../accounts/routes.ts';
import type { TokenStore } from '../accounts/token-store.ts';
import type { ZohoContext } from '../context.ts';
import { installActionRoutes } from './action-routes.ts';
import { contacts } from './contacts.ts';
import { creditNotes } from './credit-notes.ts';
import { customerPayments } from './customer-payments.ts';
import type { FinanceModule } from './finance-record.ts';
import { invoices } from './invoices.ts';
import { items } from './items.ts';
import type { FinanceLimits } from './limits.ts';
import { installModuleRoutes } from './module-routes.ts';
import { financeRefusal } from './refusals.ts';
import { salesOrders } from './sales-orders.ts';
import { installSettingsRoutes } from './settings-routes.ts';

const modules: readonly FinanceModule[] = [
  contacts,
  items,
  salesOrders,
  invoices,
  customerPayments,
  creditNotes,
];

/** Books and Inventory: two façades of one store, behind one token and one call budget. */
export function installFinanceRoutes(
  root: FastifyInstance,
  context: ZohoContext,
  guards: { tokens: TokenStore; limits: FinanceLimits },
): void {
  for (const prefix of ['/books/v3', '/inventory/v1']) {
    root.register(
      async (app) => {
        app.addHook('onRequest', async (request, reply) => {
          checkToken(request, guards.tokens);
          checkOrganization(request, context);
          const leave = guards.limits.enter();
          reply.raw.once('close', leave);
          reply.headers(guards.limits.headers());
        });
        app.setNotFoundHandler(async () => {
          throw financeRefusal('unknownUrl');
        });
        installSettingsRoutes(app, context);
        installActionRoutes(app, context);
        for (const module of modules) installModuleRoutes(app, context, module);
      },
      { prefix },
    );
  }
}

function checkToken(request: FastifyRequest, tokens: TokenStore): void {
  const token = tokenOf(request);
  if (token === undefined || !tokens.isLive(token)) throw financeRefusal('unauthorized');
}

function checkOrganization(request: FastifyRequest, context: ZohoContext): void {
  if (/\/organizations(\/|$)/.test(pathOf(request))) return;
  const given = queryOf(request, 'organization_id');
  if (given !== context.settings.zohoOrganizationId) {
    throw financeRefusal('wrongOrganization', given ?? '');
  }
}
