import { deriveId } from '@sluice/clock';
import { MailGateway, MailRefused, type Mail } from './mail.gateway.ts';

/** A mail server in memory. */
export class FakeMailGateway extends MailGateway {
  readonly mails: Mail[] = [];
  /** Thrown by the next call, once; the mail is taken before when `isTaken`. */
  nextFailure: { readonly error: Error; readonly isTaken: boolean } | undefined;

  override async send(mail: Mail): Promise<{ readonly messageId: string }> {
    const failure = this.nextFailure;
    this.nextFailure = undefined;
    if (failure?.isTaken === false) throw failure.error;
    if (!mail.to.includes('@')) throw new MailRefused('The mail address is no address.');
    this.mails.push(mail);
    if (failure !== undefined) throw failure.error;
    return { messageId: `<${deriveId('mail', mail.key)}@sluice>` };
  }
}
