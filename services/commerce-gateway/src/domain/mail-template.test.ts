import { describe, expect, it } from 'vitest';
import { readMailTemplate, renderMail } from './mail-template.ts';

const template = readMailTemplate(
  't',
  'Subject: Order {{orderNumber}}\n\nDear {{ name }},\nbye.\n',
);

describe('readMailTemplate', () => {
  it.each(['', 'Hello', 'Subject: x\ntext', 'Subject: \n\ntext'])('refuses %j', (source) => {
    expect(() => readMailTemplate('t', source)).toThrow('Mail template t');
  });
});

describe('renderMail', () => {
  it('fills in subject and text', () => {
    expect(renderMail(template, { orderNumber: '1001', name: 'Ada' })).toEqual({
      subject: 'Order 1001',
      text: 'Dear Ada,\nbye.\n',
    });
  });

  it('keeps the subject on one line', () => {
    const mail = renderMail(template, { orderNumber: '1\r\nBcc: all@example.com', name: 'Ada' });

    expect(mail.subject).toBe('Order 1 Bcc: all@example.com');
  });

  it('takes a value as text and not as a template', () => {
    expect(renderMail(template, { orderNumber: '1', name: '{{orderNumber}} $&' }).text).toContain(
      'Dear {{orderNumber}} $&,',
    );
  });

  it('names a missing value', () => {
    expect(() => renderMail(template, { name: 'Ada' })).toThrow('needs the value orderNumber');
  });
});
