import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveId } from '@sluice/clock';
import { createTransport, type SendMailOptions, type Transporter } from 'nodemailer';
import { MailGateway, MailNotSent, MailRefused, type Mail } from './mail.gateway.ts';

const addressPattern = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,255}$/;
const smtpTimeoutMs = 10_000;
const notSentRetryMs = 10_000;

/** Writes every mail as an .eml file; the same key writes the same file. */
export class FileMailGateway extends MailGateway {
  private readonly directory: string;
  private readonly from: string;
  private readonly transport = createTransport({ streamTransport: true, buffer: true });

  constructor(options: { readonly directory: string; readonly from: string }) {
    super();
    this.directory = options.directory;
    this.from = options.from;
  }

  override async send(mail: Mail): Promise<{ readonly messageId: string }> {
    const message = messageOf(mail, this.from);
    const composed = await this.transport.sendMail(message);
    await mkdir(this.directory, { recursive: true });
    const path = join(this.directory, `${deriveId('mail', mail.key)}.eml`);
    // Written beside and renamed, so that a reader never sees half a mail.
    await writeFile(`${path}.part`, composed.message as Buffer);
    await rename(`${path}.part`, path);
    return { messageId: message.messageId };
  }
}

/** Sends through an SMTP server. */
export class SmtpMailGateway extends MailGateway {
  private readonly from: string;
  private readonly transport: Transporter;

  constructor(options: { readonly smtpUrl: string; readonly from: string }) {
    super();
    this.from = options.from;
    const url = new URL(options.smtpUrl);
    url.searchParams.set('connectionTimeout', String(smtpTimeoutMs));
    url.searchParams.set('greetingTimeout', String(smtpTimeoutMs));
    url.searchParams.set('socketTimeout', String(smtpTimeoutMs));
    this.transport = createTransport(url.toString());
  }

  override async send(mail: Mail): Promise<{ readonly messageId: string }> {
    const message = messageOf(mail, this.from);
    try {
      await this.transport.sendMail(message);
      return { messageId: message.messageId };
    } catch (error) {
      throw translate(error);
    }
  }
}

function messageOf(mail: Mail, from: string): SendMailOptions & { readonly messageId: string } {
  if (!addressPattern.test(mail.to)) throw new MailRefused('The mail address is no address.');
  return {
    messageId: `<${deriveId('mail', mail.key)}@sluice>`,
    from,
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

interface SmtpError {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly responseCode?: unknown;
}

const earlyCodes: ReadonlySet<unknown> = new Set(['EDNS', 'ETLS', 'EREQUIRETLS', 'EAUTH']);

/**
 * A refused connection, a failed login and a temporary answer prove that no mail left.
 *
 * A broken connection proves nothing: nodemailer reports it alike before and after the text.
 */
function translate(error: unknown): unknown {
  const { code, syscall, responseCode } = error as SmtpError;
  const status = typeof responseCode === 'number' ? responseCode : 0;
  const isTemporary = status >= 400 && status < 500;
  if (status >= 500 && code !== 'EAUTH') {
    return new MailRefused(`The mail server refused the mail (${status}).`, error);
  }
  const isEarly = syscall === 'connect' || earlyCodes.has(code);
  if (!isEarly && !isTemporary) return error;
  const options = { retryAfterMs: notSentRetryMs, cause: error };
  return new MailNotSent('The mail server cannot be reached or asks to wait.', options);
}
