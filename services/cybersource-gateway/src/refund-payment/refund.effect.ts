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
import { CybersourceGatewaySettings, leaseMsOf } from '../config.ts';
import { merchantTransactionId } from '../domain/merchant-transaction-id.ts';
import { transactionToJson, type Transaction } from '../domain/transaction.ts';
import { errors } from '../errors.ts';
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
  readonly leaseMs: number;

  constructor(
    private readonly gateway: CybersourceGateway,
    private readonly settlement: SettleRefund,
    private readonly effects: Effects,
    settings: CybersourceGatewaySettings,
  ) {
    this.quietPeriodMs = settings.effectQuietPeriodMs;
    this.leaseMs = leaseMsOf(settings);
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
    if (refusedStatuses.has(transaction.status)) throw refusalOf(transaction);
    const output = { toldBy: 'reply', transaction: transactionToJson(transaction) } as const;
    if (transaction.amount !== null && !this.agrees(input, output)) {
      throw errors.failure('CYBERSOURCE_OUTCOME_UNKNOWN', {
        detail: 'Cybersource answered with another amount than was asked for.',
      });
    }
    return output;
  }

  async lookUp(input: RefundEffectInput): Promise<readonly RefundEffectOutput[]> {
    const found = await this.gateway.findByReference(input.refundId);
    const made = found.filter(({ status }) => !refusedStatuses.has(status));
    const [refused] = found;
    if (made.length === 0 && refused !== undefined) throw refusalOf(refused);
    return made.map((transaction) => ({
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

function refusalOf({ status, reasonCodes }: Transaction): Rejected {
  const [reason] = reasonCodes;
  return new Rejected(reason ?? status, 'Cybersource declined the refund.');
}
