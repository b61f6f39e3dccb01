import { Injectable } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import type { EventMap } from '@sluice/contracts';
import { Effects } from '@sluice/effects';
import type { Delivery } from '@sluice/messaging';
import { moneyToJson } from '@sluice/money';
import { Inbox } from '@sluice/outbox';
import { activeTraceparent } from '@sluice/telemetry';
import type { EntityManager } from 'typeorm';
import type { PaymentBook } from '../domain/payment-book.ts';
import type { Refund } from '../domain/refund.ts';
import { PaymentLedger } from '../storage/payment-ledger.repository.ts';
import {
  RefundCommandRepository,
  type RefundCommand,
} from '../storage/refund-command.repository.ts';
import { commandRejected, commandSucceeded } from './command-outcome.ts';
import { readRefundArguments, type RefundArguments } from './refund-arguments.ts';
import { refundEffectKind, type RefundEffectInput } from './refund-intent.ts';

/** Name of the consumer in the inbox; also its group. */
export const performCommandGroup = 'cybersource-gateway.perform-command';

/**
 * Takes the command to refund a payment.
 *
 * The amount is reserved under the lock of the payment before anything is sent, so two refunds
 * together never exceed the capture. The same refund asked twice, even by two commands, is sent
 * once and answered to both.
 */
@Injectable()
export class RefundPayment {
  constructor(
    private readonly inbox: Inbox,
    private readonly ledger: PaymentLedger,
    private readonly commands: RefundCommandRepository,
    private readonly effects: Effects,
    private readonly clock: Clock,
  ) {}

  /** Marks the command, reserves and plans, or answers at once; returns the effect to perform. */
  async take(
    tx: EntityManager,
    delivery: Delivery<'sluice.cybersource.v1.CommandRequested'>,
  ): Promise<string | undefined> {
    const { data, tenant } = delivery.event;
    const wanted = readRefundArguments(data.arguments);
    const command = commandOf(data, { tenant, refundId: wanted.refundId });
    const fresh = await this.inbox.fresh(tx, performCommandGroup, [delivery]);
    const book = await this.ledger.open(tx, tenant, {
      paymentIds: [wanted.paymentId],
      refundIds: [wanted.refundId],
    });
    const known = book.refund(wanted.refundId);
    if (fresh.length === 0) return known?.effectKey;
    if (known === undefined) return await this.reserve(tx, { book, wanted, command });
    await this.join(tx, { book, known, wanted, command });
    return known.effectKey;
  }

  private async reserve(
    tx: EntityManager,
    work: {
      readonly book: PaymentBook;
      readonly wanted: RefundArguments;
      readonly command: RefundCommand;
    },
  ): Promise<string | undefined> {
    const { book, wanted, command } = work;
    const { effectKey, tenant } = command;
    const refusal = book.reserve({ ...wanted, tenant, effectKey });
    if (refusal !== undefined) {
      await this.ledger.save(tx, book, [commandRejected(command, refusal, this.endedNow())]);
      return undefined;
    }
    await this.ledger.save(tx, book);
    await this.commands.insert(tx, command);
    await this.effects.plan(tx, {
      key: effectKey,
      kind: refundEffectKind,
      tenant,
      subject: wanted.paymentId,
      input: inputOf(book, wanted),
    });
    return effectKey;
  }

  /** The refund is known already: its outcome answers this command too. */
  private async join(
    tx: EntityManager,
    work: {
      readonly book: PaymentBook;
      readonly known: Refund;
      readonly wanted: RefundArguments;
      readonly command: RefundCommand;
    },
  ): Promise<void> {
    const { book, known, wanted, command } = work;
    const payment = book.payment(known.paymentId);
    const capture = book.capture(known.paymentId);
    const isSame =
      known.paymentId === wanted.paymentId &&
      known.amount.minor === wanted.amount.minor &&
      known.amount.currency === wanted.amount.currency;
    const end = this.endedNow();
    if (!isSame || payment === undefined || capture === undefined) {
      const detail = `Refund ${known.refundId} was asked before for another payment or amount.`;
      const refusal = { name: 'refund-refused', detail } as const;
      await this.ledger.save(tx, book, [commandRejected(command, refusal, end)]);
    } else if (known.state === 'succeeded') {
      const outcome = commandSucceeded(command, { refund: known, payment, capture }, end);
      await this.ledger.save(tx, book, [outcome]);
    } else if (known.state === 'rejected' && known.rejection !== null) {
      await this.ledger.save(tx, book, [commandRejected(command, known.rejection, end)]);
    } else {
      await this.commands.insert(tx, command);
    }
  }

  private endedNow(): { readonly attempts: number; readonly completedAt: bigint } {
    return { attempts: 0, completedAt: this.clock.nowMicros() };
  }
}

function commandOf(
  data: EventMap['sluice.cybersource.v1.CommandRequested'],
  about: { readonly tenant: string; readonly refundId: string },
): RefundCommand {
  return {
    ...about,
    commandId: data.commandId,
    effectKey: data.effectKey,
    functionName: data.function,
    runId: data.runId,
    task: data.task,
    businessKey: data.businessKey,
    traceparent: activeTraceparent()?.traceparent ?? '',
  };
}

/** A sale is refunded by its payment, a capture of its own by that. */
function inputOf(book: PaymentBook, wanted: RefundArguments): RefundEffectInput {
  const payment = book.payment(wanted.paymentId);
  const captureId = book.capture(wanted.paymentId)?.transactionId ?? '';
  const isSale = captureId === payment?.rootTransactionId;
  return {
    refundId: wanted.refundId,
    paymentId: wanted.paymentId,
    comments: `Order ${payment?.orderNumber ?? ''} of ${payment?.shopId ?? ''}`,
    amount: moneyToJson(wanted.amount),
    capturedBy: { kind: isSale ? 'payment' : 'capture', transactionId: captureId },
  };
}
