import type { FastifyInstance } from 'fastify';
import { paramOf } from '../../control/twin-server.ts';
import { textAt, type Json } from '../../json.ts';
import { newZohoId, type ZohoContext } from '../context.ts';
import {
  accountView,
  baseCurrencyOf,
  currencyView,
  findAccount,
  ledgerAccounts,
  organizationCurrencies,
} from './chart.ts';
import { financeBody } from './finance-body.ts';
import { success } from './module-routes.ts';
import { financeRefusal } from './refusals.ts';

const onePage = { page: 1, per_page: 200, has_more_page: false };

/** Organisation, currencies, accounts and webhooks. */
export function installSettingsRoutes(app: FastifyInstance, context: ZohoContext): void {
  app.get('/organizations', async () => success({ organizations: [organizationView(context)] }));
  app.get('/organizations/:id', async (request) => {
    const id = paramOf(request, 'id');
    if (id !== context.settings.zohoOrganizationId) {
      throw financeRefusal('missingRecord', 'Organization');
    }
    return success({ organization: organizationView(context) });
  });
  app.get('/settings/currencies', async () => ({
    ...success({ currencies: organizationCurrencies(context).map(currencyView) }),
    page_context: onePage,
  }));
  app.get('/settings/currencies/:id', async (request) => {
    const id = paramOf(request, 'id');
    const found = organizationCurrencies(context).find((currency) => currency.id === id);
    if (found === undefined) throw financeRefusal('missingRecord', 'Currency');
    return success({ currency: currencyView(found) });
  });
  app.get('/chartofaccounts', async () => ({
    ...success({ chartofaccounts: ledgerAccounts(context).map(accountView) }),
    page_context: onePage,
  }));
  app.get('/bankaccounts', async () => ({
    ...success({
      bankaccounts: ledgerAccounts(context)
        .filter(({ type }) => type === 'bank' || type === 'cash')
        .map(accountView),
    }),
    page_context: onePage,
  }));
  app.get('/bankaccounts/:id', async (request) => {
    const found = findAccount(context, paramOf(request, 'id'));
    if (found === undefined) throw financeRefusal('missingRecord', 'Bank account');
    return success({ bankaccount: accountView(found) });
  });
  installWebhookSettings(app, context);
}

function installWebhookSettings(app: FastifyInstance, context: ZohoContext): void {
  const kind = 'webhook-settings';
  const view = ({ secret, ...rest }: Json): Json => ({ ...rest, is_secured: secret !== undefined });
  app.get('/settings/webhooks', async () =>
    success({ webhooks: context.ledger.list<Json>(kind).map(view) }),
  );
  app.post('/settings/webhooks', async (request, reply) => {
    const body = financeBody(request);
    for (const name of ['webhook_name', 'entity', 'url']) {
      if (textAt(body, name) === undefined) throw financeRefusal('missingValue', name);
    }
    const secret = textAt(body, 'secret');
    if (secret !== undefined && !/^[a-zA-Z0-9]{12,50}$/.test(secret)) {
      throw financeRefusal('invalidValue', 'secret');
    }
    const webhook: Json = { webhook_id: newZohoId(context), method: 'POST', ...body };
    context.ledger.put(kind, String(webhook['webhook_id']), webhook);
    return reply.code(201).send(success({ webhook: view(webhook) }, 'The webhook has been added.'));
  });
}

function organizationView(context: ZohoContext): Json {
  const base = baseCurrencyOf(context);
  return {
    organization_id: context.settings.zohoOrganizationId,
    name: 'Sandbox Trading',
    is_default_org: true,
    currency_id: base.id,
    currency_code: base.code,
    price_precision: base.precision,
    time_zone: 'UTC',
    date_format: 'yyyy-MM-dd',
    fiscal_year_start_month: 'january',
    country_code: 'DE',
    plan_name: 'Professional',
    org_settings: { is_org_active: true },
  };
}
