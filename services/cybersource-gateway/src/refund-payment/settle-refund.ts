import { Injectable } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import type { EffectResult, SettledEffect } from '@sluice/effects';
import type { EntityManager } from 'typeorm';
import type { PaymentBook } from '../domain/payment-book.ts';
import type { RefundRefusal } from '../domain/refund.ts';
import { transactionFromJson } from '../domain/transaction.ts';
import { PaymentLedger } from '../storage/payment-ledger.repository.ts';
import { RefundCommandRepository } from '../storage/refund-command.repository.ts';
import { commandRejected, commandSucceeded } from './command-outcome.ts';
import type { RefundEffectInput, RefundEffectOutput } from './refund-intent.ts';

/**
 * Ends a refund: moves the payment or releases the reservation, and answers every command that
 * waits for it, in the transaction that ends the effect.
 */
@Injectable()
export class SettleRefund {
  constructor(
    private readonly ledger: PaymentLedger,
    private readonly commands: RefundCommandRepository,
    private readonly clock: Clock,
  ) {}

  async settle(
    tx: EntityManager,
    effect: SettledEffect<RefundEffectInput>,
    result: EffectResult<RefundEffectOutput>,
  ): Promise<void> {
    const { refundId, paymentId } = effect.input;
    const ids = { paymentIds: [paymentId], refundIds: [refundId] };
    const book = await this.ledger.open(tx, effect.tenant, ids);
    enter(book, effect.input, result);
    const waiting = await this.commands.complete(tx, effect.tenant, refundId);
    const payment = book.payment(paymentId);
    const capture = book.capture(paymentId);
    const refund = book.refund(refundId);
    const end = { attempts: effect.attempts, completedAt: this.clock.nowMicros() };
    const outcomes = waiting.map((command) =>
      refund?.state === 'succeeded' && payment !== undefined && capture !== undefined
        ? commandSucceeded(command, { refund, payment, capture }, end)
        : commandRejected(command, refund?.rejection ?? unexplained, end),
    );
    await this.ledger.save(tx, book, outcomes);
  }
}

const unexplained: RefundRefusal = {
  name: 'refund-refused',
  detail: 'The refund was not carried out.',
};

/** A notification may have told the success before; then nothing changes any more. */
function enter(
  book: PaymentBook,
  input: RefundEffectInput,
  result: EffectResult<RefundEffectOutput>,
): void {
  const { refundId, paymentId } = input;
  if (result.state === 'REJECTED') {
    book.reject(refundId, refusalOf(result));
    return;
  }
  const { toldBy, transaction } = result.output;
  const told = transactionFromJson(transaction);
  const amount = book.refund(refundId)?.amount ?? told.amount;
  const fact = { state: 'refunded', toldBy, eventType: null, refundId } as const;
  book.tell(paymentId, { ...fact, transaction: { ...told, amount } });
}

/** Cybersource counts the refunds as well, those made elsewhere included. */
function refusalOf(result: { readonly code: string; readonly detail: string }): RefundRefusal {
  if (result.code === 'INVALID_AMOUNT') {
    const detail = 'Cybersource says that the refund exceeds what is left of the captured amount.';
    return { name: 'refund-exceeds-captured', detail };
  }
  return {
    name: 'refund-refused',
    detail: `Cybersource refused the refund: ${result.code}, ${result.detail}`,
  };
}
