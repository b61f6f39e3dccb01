import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  Effects,
  Rejected,
  type EffectDefinition,
  type EffectResult,
  type SettledEffect,
} from '@sluice/effects';
import { moneyFromJson } from '@sluice/money';
import type { EntityManager } from 'typeorm';
import { CybersourceGatewaySettings } from '../config.ts';
import { merchantTransactionId } from '../domain/merchant-transaction-id.ts';
import { transactionToJson } from '../domain/transaction.ts';
import { CybersourceGateway } from '../gateways/cybersource.gateway.ts';
import {
  refundEffectKind,
  type RefundEffectInput,
  type RefundEffectOutput,
} from './refund-intent.ts';
import { SettleRefund } from './settle-refund.ts';

const refusedStatuses: ReadonlySet<string> = new Set(['DECLINED', 'FAILED', 'INVALID_REQUEST']);

/** The effect that refunds at Cybersource; class C: looked up before it is ever repeated. */
@Injectable()
export class RefundEffect
  implements EffectDefinition<RefundEffectInput, RefundEffectOutput>, OnModuleInit
{
  readonly kind = refundEffectKind;
  readonly effectClass = 'C';
  /** Cybersource refuses a merchant transaction id it has seen, so a repetition refunds once. */
  readonly resendSafe = true;
  readonly quietPeriodMs: number;

  constructor(
    private readonly gateway: CybersourceGateway,
    private readonly settlement: SettleRefund,
    private readonly effects: Effects,
    settings: CybersourceGatewaySettings,
  ) {
    this.quietPeriodMs = settings.effectQuietPeriodMs;
  }

  onModuleInit(): void {
    this.effects.register(this);
  }

  async send(
    input: RefundEffectInput,
    context: { readonly key: string },
  ): Promise<RefundEffectOutput> {
    const transaction = await this.gateway.refund({
      reference: {
        code: input.refundId,
        merchantTransactionId: merchantTransactionId(context.key),
        comments: input.comments,
      },
      amount: moneyFromJson(input.amount),
      capturedBy: input.capturedBy,
    });
    if (refusedStatuses.has(transaction.status)) {
      const [reason] = transaction.reasonCodes;
      throw new Rejected(reason ?? transaction.status, 'Cybersource declined the refund.');
    }
    return { toldBy: 'reply', transaction: transactionToJson(transaction) };
  }

  async lookUp(input: RefundEffectInput): Promise<readonly RefundEffectOutput[]> {
    const found = await this.gateway.findByReference(input.refundId);
    return found
      .filter(({ status }) => !refusedStatuses.has(status))
      .map((transaction) => ({
        toldBy: 'lookup',
        transaction: transactionToJson(transaction),
      }));
  }

  /** What was found is the refund only when it is for the same amount. */
  agrees(input: RefundEffectInput, { transaction }: RefundEffectOutput): boolean {
    const { amount } = transaction;
    if (amount === null || amount.currency !== input.amount.currency) return false;
    const minor = BigInt(amount.minor);
    return (minor < 0n ? -minor : minor) === BigInt(input.amount.minor);
  }

  async settle(
    tx: EntityManager,
    effect: SettledEffect<RefundEffectInput>,
    result: EffectResult<RefundEffectOutput>,
  ): Promise<void> {
    await this.settlement.settle(tx, effect, result);
  }
}
