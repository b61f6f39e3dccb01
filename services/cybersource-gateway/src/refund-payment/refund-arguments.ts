import { moneyFromJson, type Money } from '@sluice/money';
import { asObject, textOf } from '../domain/json-fields.ts';
import { errors } from '../errors.ts';

/** Arguments of `cybersource.refundPayment`. */
export interface RefundArguments {
  readonly refundId: string;
  readonly paymentId: string;
  readonly amount: Money;
}

/** Reads the arguments of a command. @throws PermanentFailure COMMAND_INVALID, naming the field. */
export function readRefundArguments(text: string): RefundArguments {
  const fields = asObject(parsed(text));
  const refundId = idOf(fields['refundId'], 'refundId');
  const paymentId = idOf(fields['paymentId'], 'paymentId');
  const { minor, currency } = asObject(fields['amount']);
  try {
    const amount = moneyFromJson({ minor: textOf(minor), currency: textOf(currency) });
    return { refundId, paymentId, amount };
  } catch (cause) {
    throw errors.failure('COMMAND_INVALID', {
      detail: 'The argument amount is no money of the form {minor, currency}.',
      cause,
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw errors.failure('COMMAND_INVALID', { detail: 'The arguments are no JSON.', cause });
  }
}

function idOf(value: unknown, name: string): string {
  if (typeof value === 'string' && /^[\x21-\x7e]{1,128}$/.test(value)) return value;
  throw errors.failure('COMMAND_INVALID', { detail: `The argument ${name} is no id.` });
}
