import { createSecretKey } from 'node:crypto';
import { Effects } from '@sluice/effects';
import { Inbox, Outbox } from '@sluice/outbox';
import { HttpClient } from '@sluice/outbound-http';
import type { GatewayCode, PaymentRequest } from './gateway-code.ts';
import type { Program, ProgramParts } from './service-process.ts';
import { hosts, tenant, topics, type Surroundings } from './surroundings.ts';

/** Key that signs notifications. */
export const webhookKey = createSecretKey(Buffer.alloc(32, 7));

const settings = {
  tenant,
  cybersourceMerchantId: 'simulated',
  cybersourceTimeoutMs: 4_000,
  effectQuietPeriodMs: 12_000,
};

const access = {
  baseUrl: `https://${hosts.provider}`,
  signedHost: '',
  merchantId: 'simulated',
  keyId: 'k1',
  sharedSecret: Buffer.alloc(32, 1).toString('base64'),
};

/** cybersource-gateway: its doors, its consumer, its effects and its relay, wired as its module does. */
export class GatewayProgram implements Program {
  readonly #surroundings: Surroundings;
  #authorise: InstanceType<GatewayCode['AuthorisePayment']> | undefined;
  #webhook: InstanceType<GatewayCode['WebhookController']> | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  /** Makes a payment, as the door for clients does once it has verified the request. */
  async pay(request: PaymentRequest): Promise<string> {
    const answer = await this.#authorise?.authorise(request);
    if (answer === undefined) throw new Error('The gateway is not up.');
    return answer.paymentId;
  }

  /** Takes a notification; resolves when it is answered 200. */
  async receive(header: string, rawBody: Buffer): Promise<void> {
    const keys = new Map([['k1', webhookKey]]);
    const now = new Date();
    const verified = this.#surroundings.code.verifyWebhook({ header, rawBody, keys, now });
    if (typeof verified === 'string') throw new Error(`401 ${verified}`);
    await this.#webhook?.receive({
      signedPart: 'body',
      body: JSON.parse(rawBody.toString()) as unknown,
    });
  }

  async start(parts: ProgramParts): Promise<void> {
    const { code, codec } = this.#surroundings;
    const { dataSource, clock } = parts;
    const outbox = new Outbox({ codec });
    const effects = new Effects({ dataSource });
    const idempotency = new code.IdempotencyRepository();
    const payments = new code.PaymentRepository();
    const tables = new code.PaymentTables(
      payments,
      new code.CaptureRepository(),
      new code.RefundRepository(),
    );
    const ledger = new code.PaymentLedger(tables, outbox);
    const http = new HttpClient({
      name: 'cybersource',
      timeoutMs: settings.cybersourceTimeoutMs,
      allowedHosts: [hosts.provider],
    });
    const provider = new code.HttpCybersourceGateway(http, access, clock);
    const settlement = new code.PaymentSettlement(ledger, idempotency, clock);
    new code.PaymentEffect(provider, settlement, settings, effects).onModuleInit();
    const commands = new code.RefundCommandRepository();
    const settleRefund = new code.SettleRefund(ledger, commands, clock);
    new code.RefundEffect(provider, settleRefund, effects, settings).onModuleInit();
    const notifications = new code.NotificationTables(
      new code.NotificationRepository(),
      ledger,
      tables,
    );
    const receive = new code.ReceiveNotifications(dataSource, notifications, settings);
    const requests = new code.PaymentRequests(payments, idempotency, settings);
    const refunds = new code.RefundPayment(new Inbox(), ledger, commands, effects, clock);
    const consumer = new code.PerformCommandConsumer(dataSource, refunds, effects);
    parts.relay(outbox);
    await parts.consume([
      {
        options: {
          topic: topics.commands,
          group: 'cybersource-gateway.perform-command',
          types: ['sluice.cybersource.v1.CommandRequested'],
          attemptsMax: 3,
        },
        handle: (deliveries) => consumer.handle(deliveries),
      },
    ]);
    parts.every(4_000, () => effects.resolveDue(50));
    this.#webhook = new code.WebhookController(receive, settings, clock);
    this.#authorise = new code.AuthorisePayment(dataSource, requests, effects);
  }
}
