import { Injectable } from '@nestjs/common';
import { newId } from '@sluice/clock';
import { Effects } from '@sluice/effects';
import { TransientFailure } from '@sluice/failure';
import { moneyToJson, parseDecimal, type Money } from '@sluice/money';
import { inTransaction } from '@sluice/postgres';
import { activeTraceparent } from '@sluice/telemetry';
import { DataSource, type EntityManager } from 'typeorm';
import { CybersourceGatewaySettings } from '../config.ts';
import { bodyHashOf } from '../domain/idempotency.ts';
import { answerOf, type PaymentAnswer } from '../domain/payment-answer.ts';
import type { Payment } from '../domain/payment.ts';
import { errors } from '../errors.ts';
import { IdempotencyRepository } from '../storage/idempotency.repository.ts';
import { PaymentRepository } from '../storage/payment.repository.ts';
import type { CreatePaymentDto } from './create-payment.dto.ts';
import { paymentEffectKind, type PaymentEffectInput } from './payment.effect.ts';

/** A request for a payment, and whose it is. */
export interface AuthorisePaymentRequest {
  readonly clientId: string;
  readonly idempotencyKey: string;
  readonly body: CreatePaymentDto;
}

/** Tables that a request for a payment writes. */
@Injectable()
export class PaymentRequests {
  constructor(
    private readonly payments: PaymentRepository,
    private readonly idempotency: IdempotencyRepository,
    private readonly settings: CybersourceGatewaySettings,
  ) {}

  /** Takes the key and stores the payment, or finds what an earlier request made. */
  async claim(
    tx: EntityManager,
    request: AuthorisePaymentRequest,
    amount: Money,
  ): Promise<{
    readonly payment?: Payment;
    readonly paymentId: string;
    readonly response: unknown;
  }> {
    const { tenant } = this.settings;
    const { clientId, idempotencyKey: key } = request;
    const bodyHash = bodyHashOf(request.body);
    const payment = newPayment(request.body, amount, this.settings);
    const earlier = await this.idempotency.claim(
      tx,
      { tenant, clientId, operation: 'create-payment', key },
      { bodyHash, subjectId: payment.paymentId },
    );
    if (earlier !== undefined && earlier.bodyHash !== bodyHash) {
      throw errors.failure('IDEMPOTENCY_KEY_REUSED');
    }
    if (earlier !== undefined) return { paymentId: earlier.subjectId, response: earlier.response };
    await this.payments.insert(tx, payment, {
      clientId,
      effectKey: effectKeyOf(payment.paymentId),
    });
    return { payment, paymentId: payment.paymentId, response: null };
  }

  /** The payment as it stands. @throws PermanentFailure PAYMENT_NOT_FOUND */
  async get(tx: EntityManager, paymentId: string): Promise<Payment> {
    const payment = await this.payments.find(tx, this.settings.tenant, paymentId);
    if (payment === undefined) throw errors.failure('PAYMENT_NOT_FOUND');
    return payment;
  }
}

/**
 * Makes a payment for an order.
 *
 * The payment, the idempotency key and the intent to call Cybersource are committed together before
 * the call; whatever happens afterwards, the intent is carried out once. A repeated request gets the
 * first answer; while the outcome is not known every answer says `unknown`.
 */
@Injectable()
export class AuthorisePayment {
  private readonly inFlight = new Map<string, Promise<void>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: PaymentRequests,
    private readonly effects: Effects,
  ) {}

  async authorise(request: AuthorisePaymentRequest): Promise<PaymentAnswer> {
    const amount = parseDecimal(request.body.amount, request.body.currency);
    if (amount.minor <= 0n) throw errors.failure('AMOUNT_NOT_POSITIVE');
    const claimed = await inTransaction(this.dataSource, async (tx) => {
      const result = await this.requests.claim(tx, request, amount);
      if (result.payment !== undefined) await this.plan(tx, result.payment, request.body);
      return result;
    });
    if (claimed.response !== null) return claimed.response as PaymentAnswer;
    await this.performOnce(claimed.paymentId);
    return await this.find(claimed.paymentId);
  }

  /** The payment as it stands. @throws PermanentFailure PAYMENT_NOT_FOUND */
  async find(paymentId: string): Promise<PaymentAnswer> {
    return answerOf(await this.requests.get(this.dataSource.manager, paymentId));
  }

  private async plan(tx: EntityManager, payment: Payment, body: CreatePaymentDto): Promise<void> {
    const lines = (body.billTo.addressText ?? '').split(/\r?\n/).map((line) => line.trim());
    const input: PaymentEffectInput = {
      paymentId: payment.paymentId,
      comments: `Order ${payment.orderNumber} of ${payment.shopId}`,
      amount: moneyToJson(payment.amount),
      isCaptureRequested: payment.isCaptureRequested,
      token: { type: body.token.type, id: body.token.id },
      billTo: {
        fullName: payment.fullName,
        email: payment.email,
        addressLines: lines.filter((line) => line !== ''),
        country: payment.billingCountry,
      },
      ipAddress: payment.ipAddress,
    };
    await this.effects.plan(tx, {
      key: effectKeyOf(payment.paymentId),
      kind: paymentEffectKind,
      tenant: payment.tenant,
      subject: payment.paymentId,
      input,
    });
  }

  /** Concurrent requests with one key wait for the same call. */
  private async performOnce(paymentId: string): Promise<void> {
    const running = this.inFlight.get(paymentId) ?? this.perform(paymentId);
    this.inFlight.set(paymentId, running);
    try {
      await running;
    } finally {
      this.inFlight.delete(paymentId);
    }
  }

  /** An open outcome is no failure here: the answer says so, and the resolving job finds out. */
  private async perform(paymentId: string): Promise<void> {
    try {
      await this.effects.perform(effectKeyOf(paymentId));
    } catch (error) {
      const isOpen = error instanceof TransientFailure || isManual(error);
      if (!isOpen) throw error;
    }
  }
}

/** Two people will close it; until then nobody knows how it ended. */
function isManual(error: unknown): boolean {
  const codes: unknown[] = ['EFFECT_MANUAL', 'EFFECT_DUPLICATE'];
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}

function effectKeyOf(paymentId: string): string {
  return `payment/${paymentId}`;
}

function newPayment(
  body: CreatePaymentDto,
  amount: Money,
  settings: CybersourceGatewaySettings,
): Payment {
  return {
    tenant: settings.tenant,
    paymentId: newId(),
    orderId: body.orderId,
    orderNumber: body.orderNumber,
    shopId: body.shopId,
    merchantId: settings.cybersourceMerchantId,
    state: 'pending',
    version: 0,
    amount,
    isCaptureRequested: body.capture ?? true,
    transactionId: '',
    rootTransactionId: '',
    vendorStatus: '',
    reasonCodes: [],
    email: body.billTo.email,
    fullName: body.billTo.fullName,
    cardType: '',
    cardLast4: '',
    reconciliationId: '',
    riskScore: null,
    riskFactorCodes: [],
    riskProfile: '',
    ipAddress: body.ipAddress ?? '',
    billingCountry: body.billTo.country ?? '',
    shippingCountry: '',
    refundedMinor: 0n,
    traceparent: activeTraceparent()?.traceparent ?? '',
  };
}
