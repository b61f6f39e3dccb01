import type { KeyObject } from 'node:crypto';
import type { Delivery } from '@sluice/messaging';
import type { MigrationInterface } from 'typeorm';

type Made<T> = new (...parts: readonly unknown[]) => T;
type Part = Made<object>;

/** A request for a payment, as the gateway takes it. */
export interface PaymentRequest {
  readonly clientId: string;
  readonly idempotencyKey: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * The classes of cybersource-gateway that the simulation runs.
 *
 * A service exports nothing, so that the build hands them over; what is typed here is what the simulation calls.
 */
export interface GatewayCode {
  readonly migrations: readonly (new () => MigrationInterface)[];
  readonly AuthorisePayment: Made<{
    authorise(request: PaymentRequest): Promise<{ readonly paymentId: string }>;
  }>;
  readonly WebhookController: Made<{ receive(request: unknown): Promise<unknown> }>;
  readonly PerformCommandConsumer: Made<{
    handle(deliveries: readonly Delivery[]): Promise<void>;
  }>;
  readonly PaymentEffect: Made<{ onModuleInit(): void }>;
  readonly RefundEffect: Made<{ onModuleInit(): void }>;
  readonly verifyWebhook: (input: {
    readonly header: string;
    readonly rawBody: Buffer;
    readonly keys: ReadonlyMap<string, KeyObject>;
    readonly now: Date;
  }) => unknown;
  readonly CaptureRepository: Part;
  readonly HttpCybersourceGateway: Part;
  readonly IdempotencyRepository: Part;
  readonly NotificationRepository: Part;
  readonly NotificationTables: Part;
  readonly PaymentLedger: Part;
  readonly PaymentRepository: Part;
  readonly PaymentRequests: Part;
  readonly PaymentSettlement: Part;
  readonly PaymentTables: Part;
  readonly ReceiveNotifications: Part;
  readonly RefundCommandRepository: Part;
  readonly RefundPayment: Part;
  readonly RefundRepository: Part;
  readonly SettleRefund: Part;
}
