import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Clock } from '@sluice/clock';
import { HttpClient } from '@sluice/outbound-http';
import { CardNumberRefusals, hostModule } from '@sluice/service-host';
import { AdmitRequestGuard } from './admit-request/admit-request.guard.ts';
import { CardNumberGate } from './admit-request/card-number-gate.ts';
import { AuthorisePayment, PaymentRequests } from './authorise-payment/authorise-payment.ts';
import { PaymentEffect, PaymentSettlement } from './authorise-payment/payment.effect.ts';
import { PaymentsController } from './authorise-payment/payments.controller.ts';
import { CybersourceGatewaySettings } from './config.ts';
import { ExpireIdempotencyKeysJob } from './expire-idempotency-keys/expire-idempotency-keys.job.ts';
import { CybersourceGateway } from './gateways/cybersource.gateway.ts';
import { HttpCybersourceGateway } from './gateways/http-cybersource.gateway.ts';
import { ImportSettlement } from './import-settlement/import-settlement.ts';
import { ImportSettlementJob } from './import-settlement/import-settlement.job.ts';
import { SettlementImportsController } from './import-settlement/settlement-imports.controller.ts';
import {
  NotificationTables,
  ReceiveNotifications,
} from './receive-webhook/receive-notifications.ts';
import { WebhookController } from './receive-webhook/webhook.controller.ts';
import { AskRefund, RefundRequests } from './refund-payment/ask-refund.ts';
import { PerformCommandConsumer } from './refund-payment/perform-command.consumer.ts';
import { RefundEffect } from './refund-payment/refund.effect.ts';
import { RefundPayment } from './refund-payment/refund-payment.ts';
import { RefundsController } from './refund-payment/refunds.controller.ts';
import { SettleRefund } from './refund-payment/settle-refund.ts';
import { ResolveEffectsJob } from './resolve-effects/resolve-effects.job.ts';
import { CaptureRepository } from './storage/capture.repository.ts';
import { IdempotencyRepository } from './storage/idempotency.repository.ts';
import { ownMigrations } from './storage/migrations/index.ts';
import { NotificationRepository } from './storage/notification.repository.ts';
import { PaymentLedger, PaymentTables } from './storage/payment-ledger.repository.ts';
import { PaymentRepository } from './storage/payment.repository.ts';
import { RefundCommandRepository } from './storage/refund-command.repository.ts';
import { RefundRepository } from './storage/refund.repository.ts';
import { SettlementRepository } from './storage/settlement.repository.ts';

/** Everything of cybersource-gateway, wired in one place. */
@Module({})
export class AppModule {
  /** The service with its settings. */
  static with(settings: Readonly<CybersourceGatewaySettings>): DynamicModule {
    return {
      module: AppModule,
      imports: [
        hostModule({
          name: 'cybersource-gateway',
          settings,
          migrations: ownMigrations,
          publishes: [
            'sluice.cybersource.v1.PaymentUpdated',
            'sluice.cybersource.v1.NotificationReceived',
            'sluice.cybersource.v1.RefundAsked',
            'sluice.cybersource.v1.CommandCompleted',
            'sluice.settlements.v1.SettlementLineReported',
            'sluice.settlements.v1.SettlementReportImported',
          ],
        }),
      ],
      controllers: [
        PaymentsController,
        RefundsController,
        SettlementImportsController,
        WebhookController,
        PerformCommandConsumer,
      ],
      providers: [
        { provide: CybersourceGatewaySettings, useValue: settings },
        { provide: APP_GUARD, useClass: AdmitRequestGuard },
        ...gatewayProviders(settings),
        ...storageProviders,
        ...sliceProviders,
      ],
    };
  }
}

function gatewayProviders(settings: Readonly<CybersourceGatewaySettings>): Provider[] {
  return [
    {
      provide: HttpClient,
      useFactory: () =>
        new HttpClient({
          name: 'cybersource',
          timeoutMs: settings.cybersourceTimeoutMs,
          allowedHosts: [new URL(settings.cybersourceBaseUrl).host],
        }),
    },
    {
      provide: CybersourceGateway,
      inject: [HttpClient, Clock],
      useFactory: (http: HttpClient, clock: Clock) =>
        new HttpCybersourceGateway(
          http,
          {
            baseUrl: settings.cybersourceBaseUrl,
            signedHost: settings.cybersourceSignedHost,
            merchantId: settings.cybersourceMerchantId,
            keyId: settings.cybersourceKeyId,
            sharedSecret: settings.cybersourceSharedSecret,
          },
          clock,
        ),
    },
  ];
}

const storageProviders: Provider[] = [
  PaymentRepository,
  CaptureRepository,
  RefundRepository,
  RefundCommandRepository,
  NotificationRepository,
  IdempotencyRepository,
  SettlementRepository,
  PaymentTables,
  PaymentLedger,
];

const sliceProviders: Provider[] = [
  CardNumberRefusals,
  CardNumberGate,
  AuthorisePayment,
  PaymentRequests,
  PaymentSettlement,
  PaymentEffect,
  NotificationTables,
  ReceiveNotifications,
  AskRefund,
  RefundRequests,
  RefundPayment,
  SettleRefund,
  RefundEffect,
  ImportSettlement,
  ImportSettlementJob,
  ResolveEffectsJob,
  ExpireIdempotencyKeysJob,
];
