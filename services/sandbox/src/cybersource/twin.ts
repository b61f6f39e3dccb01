import { randomUUID } from 'node:crypto';
import { installControl } from '../control/control-routes.ts';
import { Ledger } from '../control/ledger.ts';
import { createTwinServer, listen } from '../control/twin-server.ts';
import { WebhookOutbox, type Notification } from '../control/webhook-outbox.ts';
import type { SandboxSettings } from '../config.ts';
import type { RunningTwin } from '../control/running-twin.ts';
import { installCybersourceControl } from './control.ts';
import type { CybersourceContext, OutgoingEvent } from './context.ts';
import { installCybersourceRoutes } from './routes.ts';
import { latestKey, subscribersOf } from './subscriptions.ts';
import { renderWebhook, type WebhookEvent } from './webhook-message.ts';

/** Id of the subscription every twin has from the start: the gateway's. */
export const builtInWebhookId = '0f6b5f1e-7f5f-4a3e-9a53-5d1c3b1f7a01';

/** Starts the Cybersource twin. */
export async function startCybersourceTwin(settings: SandboxSettings): Promise<RunningTwin> {
  const ledger = new Ledger('cybersource', settings.dataDir);
  const server = createTwinServer(ledger);
  const builtInKey = {
    keyId: settings.cybersourceWebhookKeyId,
    key: settings.cybersourceWebhookKey,
  };
  const webhooks: WebhookOutbox = new WebhookOutbox({
    ledger,
    targetUrl: `${settings.cybersourceGatewayUrl}/webhooks/cybersource`,
    schedule: { delaysMs: settings.webhookRetryDelaysMs, attemptsMax: 200 },
    render: (notification, attempt) => {
      const event = notification.content as unknown as WebhookEvent;
      const isBuiltIn = event.webhookId === builtInWebhookId;
      return renderWebhook(event, {
        attempt,
        key: isBuiltIn ? builtInKey : (latestKey(context) ?? builtInKey),
        variant: webhooks.faults.signatureVariant,
        now: new Date(),
      });
    },
  });
  const context: CybersourceContext = {
    ledger,
    key: {
      keyId: settings.cybersourceKeyId,
      secret: settings.cybersourceSharedSecret,
      organizationId: settings.cybersourceMerchantId,
      children: [],
    },
    now: () => new Date(),
    notify: (event) => notify(context, webhooks, event),
    switches: { visibilityDelayMs: settings.cybersourceVisibilityDelayMs, checksClock: true },
  };
  installControl(server, { webhooks });
  installCybersourceControl(server.app, context);
  installCybersourceRoutes(server.app, context, [context.key]);
  const url = await listen(server.app, settings.httpHost, settings.cybersourcePort);
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

function notify(context: CybersourceContext, webhooks: WebhookOutbox, event: OutgoingEvent): void {
  const targets = [
    { webhookId: builtInWebhookId, url: undefined },
    ...subscribersOf(context, event.eventType).map(({ webhookId, webhookUrl }) => ({
      webhookId,
      url: webhookUrl,
    })),
  ];
  for (const { webhookId, url } of targets) {
    const content: WebhookEvent = {
      webhookId,
      productId: event.productId,
      organizationId: context.key.organizationId,
      eventType: event.eventType,
      eventDate: context.now().toISOString(),
      payload: { data: event.data },
    };
    const notification: Notification = {
      id: randomUUID(),
      ...(url === undefined ? {} : { url }),
      eventType: event.eventType,
      content: { ...content },
    };
    webhooks.enqueue(notification);
  }
}
