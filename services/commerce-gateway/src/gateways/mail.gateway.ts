import { PermanentFailure, TransientFailure } from '@sluice/failure';

/** One mail to one customer. */
export interface Mail {
  /** Key of the effect; the message id follows from it. */
  readonly key: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Sends mail, at most once.
 *
 * Resolves with the message id when the mail was handed over. Throws `MailNotSent` when it provably
 * was not, `MailRefused` when the server said no; anything else leaves the outcome open.
 */
export abstract class MailGateway {
  abstract send(mail: Mail): Promise<{ readonly messageId: string }>;
}

/** The mail provably was not handed over. */
export class MailNotSent extends TransientFailure {
  constructor(message: string, options: { retryAfterMs: number; cause?: unknown }) {
    super('MAIL_NOT_SENT', message, options);
  }
}

/** The server refused the mail, or the address is none. */
export class MailRefused extends PermanentFailure {
  constructor(message: string, cause?: unknown) {
    super('MAIL_REFUSED', message, cause === undefined ? {} : { cause });
  }
}
