import { Injectable } from '@nestjs/common';
import { Clock, deriveId, newId } from '@sluice/clock';
import type { EventRecord } from '@sluice/messaging';
import { formatDecimal, parseDecimal, type Money } from '@sluice/money';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource, type EntityManager } from 'typeorm';
import { CybersourceGatewaySettings } from '../config.ts';
import { source } from '../domain/events.ts';
import { bodyHashOf } from '../domain/idempotency.ts';
import type { Payment } from '../domain/payment.ts';
import { refuseRefund } from '../domain/refund.ts';
import { errors } from '../errors.ts';
import { IdempotencyRepository } from '../storage/idempotency.repository.ts';
import { PaymentTables } from '../storage/payment-ledger.repository.ts';
import type { CreateRefundDto, RefundAnswerDto } from './create-refund.dto.ts';

/** A request for a refund, and whose it is. */
export interface AskRefundRequest {
  readonly clientId: string;
  readonly idempotencyKey: string;
  readonly body: CreateRefundDto;
}

const codeByRefusal = {
  'payment-not-found': 'PAYMENT_NOT_FOUND',
  'refund-refused': 'REFUND_REFUSED',
  'refund-exceeds-captured': 'REFUND_EXCEEDS_CAPTURED',
} as const;

/** Tables and events of a request for a refund. */
@Injectable()
export class RefundRequests {
  constructor(
    private readonly tables: PaymentTables,
    private readonly idempotency: IdempotencyRepository,
    private readonly outbox: Outbox,
  ) {}

  /** Takes the key; returns the first answer when there is one. */
  async claim(
    tx: EntityManager,
    request: AskRefundRequest,
    made: { readonly tenant: string; readonly refundId: string },
  ): Promise<RefundAnswerDto | undefined> {
    const bodyHash = bodyHashOf(request.body);
    const earlier = await this.idempotency.claim(
      tx,
      {
        tenant: made.tenant,
        clientId: request.clientId,
        operation: 'create-refund',
        key: request.idempotencyKey,
      },
      { bodyHash, subjectId: made.refundId },
    );
    if (earlier === undefined) return undefined;
    if (earlier.bodyHash !== bodyHash) throw errors.failure('IDEMPOTENCY_KEY_REUSED');
    return { refundId: earlier.subjectId, status: 'requested' };
  }

  /** The payment, when the amount can still go back. The reservation itself happens later. */
  async refundable(
    tx: EntityManager,
    wanted: { readonly tenant: string; readonly paymentId: string; readonly amount: Money },
  ): Promise<Payment> {
    const { tenant, paymentId, amount } = wanted;
    const payment = await this.tables.payments.find(tx, tenant, paymentId);
    const capture = await this.tables.captures.find(tx, tenant, paymentId);
    const refusal = refuseRefund(payment, capture, amount);
    if (refusal !== undefined) {
      throw errors.failure(codeByRefusal[refusal.name], { detail: refusal.detail });
    }
    if (payment === undefined) throw errors.failure('PAYMENT_NOT_FOUND');
    return payment;
  }

  /** Publishes that the refund was asked, and keeps the answer. */
  async ask(
    tx: EntityManager,
    event: EventRecord<'sluice.cybersource.v1.RefundAsked'>,
    answer: RefundAnswerDto,
  ): Promise<void> {
    await this.idempotency.answer(tx, { tenant: event.tenant, subjectId: answer.refundId }, answer);
    await this.outbox.append(tx, [event]);
  }
}

/**
 * Asks for a refund: it is checked early and published; the flow `refund` carries it out.
 *
 * The same Idempotency-Key with the same body is the same refund.
 */
@Injectable()
export class AskRefund {
  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: RefundRequests,
    private readonly settings: CybersourceGatewaySettings,
    private readonly clock: Clock,
  ) {}

  async ask(request: AskRefundRequest): Promise<RefundAnswerDto> {
    const { body } = request;
    const { tenant } = this.settings;
    const amount = parseDecimal(body.amount, body.currency);
    if (amount.minor <= 0n) throw errors.failure('AMOUNT_NOT_POSITIVE');
    const refundId = newId();
    const answer: RefundAnswerDto = { refundId, status: 'requested' };
    return await inTransaction(this.dataSource, async (tx) => {
      const earlier = await this.requests.claim(tx, request, { tenant, refundId });
      if (earlier !== undefined) return earlier;
      const wanted = { tenant, paymentId: body.paymentId, amount };
      const payment = await this.requests.refundable(tx, wanted);
      const event = this.eventOf(payment, { refundId, amount, reason: body.reason ?? '' });
      await this.requests.ask(tx, event, answer);
      return answer;
    });
  }

  private eventOf(
    payment: Payment,
    refund: { readonly refundId: string; readonly amount: Money; readonly reason: string },
  ): EventRecord<'sluice.cybersource.v1.RefundAsked'> {
    const requestedAt = this.clock.nowMicros();
    return {
      id: deriveId(payment.tenant, 'refund-asked', refund.refundId),
      type: 'sluice.cybersource.v1.RefundAsked',
      source,
      tenant: payment.tenant,
      key: payment.paymentId,
      time: requestedAt,
      correlationId: payment.orderId,
      data: {
        refundId: refund.refundId,
        paymentId: payment.paymentId,
        orderId: payment.orderId,
        orderNumber: payment.orderNumber,
        shopId: payment.shopId,
        amount: formatDecimal(refund.amount),
        currency: refund.amount.currency,
        reason: refund.reason,
        requestedAt,
      },
    };
  }
}
