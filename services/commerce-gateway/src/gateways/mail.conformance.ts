import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MailGateway } from './mail.gateway.ts';

/** A mail gateway under test. */
export interface MailSubject {
  readonly gateway: MailGateway;
  /** Texts of all mails that have arrived. */
  arrived(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** What every mail gateway must do. */
export function mailConformance(setUp: () => Promise<MailSubject>): void {
  let subject: MailSubject;
  beforeAll(async () => {
    subject = await setUp();
  });
  afterAll(async () => {
    await subject.close();
  });

  it('hands the mail over and names it by its key', async () => {
    const mail = {
      key: 'run/mail/1',
      to: 'ada@example.com',
      subject: 'Hello',
      text: 'Dear Ada,',
    };

    const first = await subject.gateway.send(mail);
    const other = await subject.gateway.send({ ...mail, key: 'run/mail/2' });

    expect(first.messageId).toMatch(/^<[0-9a-f]{32}@sluice>$/);
    expect(other.messageId).not.toBe(first.messageId);
    expect((await subject.arrived()).filter((text) => text.includes('Dear Ada,'))).toHaveLength(2);
  });

  it('refuses an address that is none', async () => {
    const mail = { key: 'run/mail/3', to: 'nobody', subject: 'Hello', text: 'Dear Nobody,' };

    await expect(subject.gateway.send(mail)).rejects.toMatchObject({ code: 'MAIL_REFUSED' });
  });
}
