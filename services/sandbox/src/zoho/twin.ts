import { randomUUID } from 'node:crypto';
import type { SandboxSettings } from '../config.ts';
import { installControl } from '../control/control-routes.ts';
import { Ledger } from '../control/ledger.ts';
import type { RunningTwin } from '../control/running-twin.ts';
import { createTwinServer, listen } from '../control/twin-server.ts';
import { WebhookOutbox } from '../control/webhook-outbox.ts';
import { installAccountsRoutes } from './accounts/routes.ts';
import { TokenStore } from './accounts/token-store.ts';
import { installFinanceRoutes } from './books/finance-routes.ts';
import { FinanceLimits } from './books/limits.ts';
import { renderFinanceWebhook } from './books/webhook.ts';
import type { ZohoContext } from './context.ts';
import { installZohoControl } from './control.ts';
import { installCrmRoutes } from './crm/routes.ts';
import { installDeskRoutes } from './desk/routes.ts';
import { installZohoPage } from './page.ts';

/** Starts the Zoho twin: accounts server, Books, Inventory, CRM and Desk on one port. */
export async function startZohoTwin(settings: SandboxSettings): Promise<RunningTwin> {
  const ledger = new Ledger('zoho', settings.dataDir);
  const server = createTwinServer(ledger);
  const webhooks: WebhookOutbox = new WebhookOutbox({
    ledger,
    targetUrl: `${settings.zohoGatewayUrl}/webhooks/zoho/books`,
    // Zoho documents no retry and users see none: one attempt, then only a resend by hand.
    schedule: { delaysMs: [], attemptsMax: 1 },
    render: (notification) =>
      renderFinanceWebhook(
        {
          eventType: notification.eventType,
          url: webhooks.urlOf(notification),
          body: notification.content,
        },
        settings.zohoWebhookSecret,
      ),
  });
  let url = '';
  const context: ZohoContext = {
    ledger,
    settings,
    now: () => new Date(),
    baseUrl: () => url,
    notifyCreditNote: (creditNote) =>
      webhooks.enqueue({
        id: randomUUID(),
        eventType: 'creditnote.update',
        content: { creditnote: creditNote },
      }),
  };
  const tokens = new TokenStore(context);
  const limits = new FinanceLimits(
    {
      perMinute: settings.zohoRateLimitPerMinute,
      perDay: settings.zohoRateLimitPerDay,
      concurrent: settings.zohoConcurrencyMax,
    },
    context.now,
  );
  installControl(server, { webhooks, reset: () => limits.reset() });
  installZohoControl(server.app, context, { tokens, limits });
  installZohoPage(server.app, context);
  installAccountsRoutes(server.app, context, tokens);
  installFinanceRoutes(server.app, context, { tokens, limits });
  installCrmRoutes(server.app, context, tokens);
  installDeskRoutes(server.app, context, tokens);
  url = await listen(server.app, settings.httpHost, settings.zohoPort);
  webhooks.start();
  return {
    url,
    stop: async () => {
      await webhooks.stop();
      await server.app.close();
      ledger.close();
    },
  };
}
