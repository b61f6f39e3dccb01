import type { CommandInput, Output } from '@sluice/commands';
import { NotExecuted, Rejected, type EffectDefinition } from '@sluice/effects';
import { PermanentFailure } from '@sluice/failure';
import { renderMail, type MailTemplate } from '../domain/mail-template.ts';
import { errors } from '../errors.ts';
import { MailNotSent, type MailGateway } from '../gateways/mail.gateway.ts';

/** What customers are written with. */
export interface NotifyCustomerParts {
  readonly mail: MailGateway;
  readonly templates: ReadonlyMap<string, MailTemplate>;
}

/** Name of the function in the catalogue. */
export const notifyCustomerName = 'commerce.notifyCustomer:1.0.0';

const leaseMs = 60_000;

/**
 * Writes to the customer, at most once: a mail whose fate is unknown is never sent again, but waits
 * for people.
 */
export function notifyCustomerEffect(
  parts: NotifyCustomerParts,
): EffectDefinition<CommandInput, Output> {
  return {
    kind: notifyCustomerName,
    effectClass: 'D',
    resendSafe: false,
    quietPeriodMs: 0,
    leaseMs,
    send: async ({ values }, { key }) => {
      try {
        const { subject, text } = renderMail(
          templateOf(parts, String(values['template'])),
          values['values'] as Record<string, unknown>,
        );
        const { messageId } = await parts.mail.send({
          key,
          to: String(values['to']),
          subject,
          text,
        });
        return { messageId };
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

function templateOf({ templates }: NotifyCustomerParts, name: string): MailTemplate {
  const template = templates.get(name);
  if (template !== undefined) return template;
  throw errors.failure('MAIL_TEMPLATE_INVALID', {
    detail: `There is no mail template ${name.slice(0, 64)}.`,
  });
}

function translate(error: unknown): unknown {
  if (error instanceof PermanentFailure) {
    return new Rejected(error.code, error.message, { cause: error });
  }
  if (!(error instanceof MailNotSent)) return error;
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  return new NotExecuted(error.message, { ...wait, cause: error });
}
