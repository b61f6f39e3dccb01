import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import {
  Effects,
  type EffectDefinition,
  type EffectResult,
  type SettledEffect,
} from '@sluice/effects';
import { moneyFromJson, type MoneyJson } from '@sluice/money';
import type { EntityManager } from 'typeorm';
import { CybersourceGatewaySettings, leaseMsOf } from '../config.ts';
import { merchantTransactionId } from '../domain/merchant-transaction-id.ts';
import { answerOf } from '../domain/payment-answer.ts';
import { stateOfStatus, type PaymentFact } from '../domain/payment.ts';
import {
  blankTransaction,
  transactionFromJson,
  transactionToJson,
  type Transaction,
  type TransactionJson,
} from '../domain/transaction.ts';
import { errors } from '../errors.ts';
import {
  CybersourceGateway,
  type BillTo,
  type CardToken,
} from '../gateways/cybersource.gateway.ts';
import { IdempotencyRepository } from '../storage/idempotency.repository.ts';
import { PaymentLedger } from '../storage/payment-ledger.repository.ts';

/** Kind of the effect that makes a payment. */
export const paymentEffectKind = 'cybersource.payment';

/** What a payment effect sends. */
export interface PaymentEffectInput {
  readonly paymentId: string;
  readonly comments: string;
  readonly amount: MoneyJson;
  readonly isCaptureRequested: boolean;
  readonly token: CardToken;
  readonly billTo: BillTo;
  readonly ipAddress: string;
}

/** What Cybersource told, and which way. */
export interface PaymentEffectOutput {
  readonly toldBy: 'reply' | 'lookup';
  readonly transaction: TransactionJson;
}

type Settled = SettledEffect<PaymentEffectInput>;

/** Tables that settling a payment touches. */
@Injectable()
export class PaymentSettlement {
  constructor(
    private readonly ledger: PaymentLedger,
    private readonly idempotency: IdempotencyRepository,
    private readonly clock: Clock,
  ) {}

  /** Moves the payment row, publishes the change and keeps the answer, in the effect's transaction. */
  async settle(
    tx: EntityManager,
    effect: Settled,
    result: EffectResult<PaymentEffectOutput>,
  ): Promise<void> {
    const { paymentId } = effect.input;
    const book = await this.ledger.open(tx, effect.tenant, { paymentIds: [paymentId] });
    const fact = this.factOf(result);
    if (fact !== undefined) book.tell(paymentId, fact);
    await this.ledger.save(tx, book);
    const payment = book.payment(paymentId);
    if (payment === undefined || payment.state === 'pending') return;
    await this.idempotency.answer(
      tx,
      { tenant: effect.tenant, subjectId: paymentId },
      answerOf(payment),
    );
  }

  private factOf(result: EffectResult<PaymentEffectOutput>): PaymentFact | undefined {
    const about = { eventType: null, refundId: null };
    if (result.state === 'REJECTED') {
      const transaction: Transaction = {
        ...blankTransaction,
        status: 'INVALID_REQUEST',
        reasonCodes: [result.code],
        occurredAt: this.clock.now(),
      };
      return { ...about, state: 'declined', toldBy: 'reply', transaction };
    }
    const transaction = transactionFromJson(result.output.transaction);
    const state = stateOfStatus(transaction.status);
    if (state === undefined) return undefined;
    return { ...about, state, toldBy: result.output.toldBy, transaction };
  }
}

/** The effect that makes a payment at Cybersource; class C: looked up before it is ever repeated. */
@Injectable()
export class PaymentEffect
  implements EffectDefinition<PaymentEffectInput, PaymentEffectOutput>, OnModuleInit
{
  readonly kind = paymentEffectKind;
  readonly effectClass = 'C';
  /** Cybersource refuses a merchant transaction id it has seen, so a repetition pays once. */
  readonly resendSafe = true;
  readonly quietPeriodMs: number;
  readonly leaseMs: number;

  constructor(
    private readonly gateway: CybersourceGateway,
    private readonly settlement: PaymentSettlement,
    settings: CybersourceGatewaySettings,
    private readonly effects: Effects,
  ) {
    this.quietPeriodMs = settings.effectQuietPeriodMs;
    this.leaseMs = leaseMsOf(settings);
  }

  onModuleInit(): void {
    this.effects.register(this);
  }

  async send(
    input: PaymentEffectInput,
    context: { readonly key: string },
  ): Promise<PaymentEffectOutput> {
    const transaction = await this.gateway.createPayment({
      reference: {
        code: input.paymentId,
        merchantTransactionId: merchantTransactionId(context.key),
        comments: input.comments,
      },
      amount: moneyFromJson(input.amount),
      isCaptureRequested: input.isCaptureRequested,
      token: input.token,
      billTo: input.billTo,
      ipAddress: input.ipAddress,
    });
    const output = { toldBy: 'reply', transaction: transactionToJson(transaction) } as const;
    const isKnown = stateOfStatus(transaction.status) !== undefined;
    if (!isKnown || (transaction.amount !== null && !this.agrees(input, output))) {
      throw errors.failure('CYBERSOURCE_OUTCOME_UNKNOWN', {
        detail: isKnown
          ? 'Cybersource answered with another amount than was asked for.'
          : 'Cybersource answered with a status that this version does not know.',
      });
    }
    return output;
  }

  /** Follow-ons carry references of their own, so only the payment itself is found. */
  async lookUp(input: PaymentEffectInput): Promise<readonly PaymentEffectOutput[]> {
    const found = await this.gateway.findByReference(input.paymentId);
    const payments = found.filter(({ id, rootId }) => rootId === '' || rootId === id);
    return payments.map((transaction) => ({
      toldBy: 'lookup',
      transaction: transactionToJson(transaction),
    }));
  }

  /**
   * A partial approval is for less than was asked, never for more; a decline may name none. A status
   * that we do not know proves nothing.
   */
  agrees(input: PaymentEffectInput, { transaction }: PaymentEffectOutput): boolean {
    const { amount } = transaction;
    const state = stateOfStatus(transaction.status);
    if (state === undefined) return false;
    if (amount === null) return state === 'declined';
    const isWithin = BigInt(amount.minor) <= BigInt(input.amount.minor);
    return amount.currency === input.amount.currency && isWithin;
  }

  /** The attempts keep no name, address or token. */
  redact(value: unknown): unknown {
    if (typeof value !== 'object' || value === null || !('billTo' in value)) return value;
    return { ...value, billTo: '[redacted]', token: '[redacted]' };
  }

  async settle(
    tx: EntityManager,
    effect: Settled,
    result: EffectResult<PaymentEffectOutput>,
  ): Promise<void> {
    await this.settlement.settle(tx, effect, result);
  }
}
