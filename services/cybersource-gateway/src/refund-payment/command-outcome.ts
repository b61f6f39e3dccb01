import { deriveId } from '@sluice/clock';
import type { EventRecord } from '@sluice/messaging';
import { moneyToJson } from '@sluice/money';
import { source } from '../domain/events.ts';
import type { Capture } from '../domain/capture.ts';
import type { Payment } from '../domain/payment.ts';
import type { Refund, RefundRefusal } from '../domain/refund.ts';
import type { RefundCommand } from '../storage/refund-command.repository.ts';

type CommandCompleted = EventRecord<'sluice.cybersource.v1.CommandCompleted'>;

/** When and after how many attempts a command ended. */
export interface CommandEnd {
  readonly attempts: number;
  readonly completedAt: bigint;
}

/** The outcome of a command whose refund succeeded. */
export function commandSucceeded(
  command: RefundCommand,
  done: { readonly refund: Refund; readonly payment: Payment; readonly capture: Capture },
  end: CommandEnd,
): CommandCompleted {
  const { refund, payment, capture } = done;
  const currency = payment.amount.currency;
  const output = {
    refundId: refund.refundId,
    transactionId: refund.transactionId,
    amount: moneyToJson(refund.amount),
    refundedTotal: moneyToJson({ minor: payment.refundedMinor, currency }),
    isFullyRefunded: payment.refundedMinor >= capture.captured.minor,
  };
  return completed(command, end, {
    status: 'SUCCEEDED',
    output: JSON.stringify(output),
    errorType: null,
    errorDetail: '',
  });
}

/** The outcome of a command whose refund was refused; the flow may catch it by name. */
export function commandRejected(
  command: RefundCommand,
  refusal: RefundRefusal,
  end: CommandEnd,
): CommandCompleted {
  return completed(command, end, {
    status: 'REJECTED',
    output: '{}',
    errorType: `urn:sluice:error:${refusal.name}`,
    errorDetail: refusal.detail,
  });
}

function completed(
  command: RefundCommand,
  end: CommandEnd,
  outcome: Pick<CommandCompleted['data'], 'status' | 'output' | 'errorType' | 'errorDetail'>,
): CommandCompleted {
  return {
    id: deriveId(command.tenant, 'command-completed', command.commandId),
    type: 'sluice.cybersource.v1.CommandCompleted',
    source,
    tenant: command.tenant,
    key: command.businessKey,
    time: end.completedAt,
    causationId: command.commandId,
    correlationId: command.businessKey,
    ...(command.traceparent === '' ? {} : { traceparent: command.traceparent }),
    data: {
      commandId: command.commandId,
      effectKey: command.effectKey,
      function: command.functionName,
      ...outcome,
      runId: command.runId,
      task: command.task,
      businessKey: command.businessKey,
      attempts: BigInt(end.attempts),
      completedAt: end.completedAt,
    },
  };
}
