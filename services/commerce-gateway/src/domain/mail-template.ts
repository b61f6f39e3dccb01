import { PermanentFailure } from '@sluice/failure';

/** Text of a mail. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** A template that has been checked. */
export interface MailTemplate {
  readonly name: string;
  readonly subject: string;
  readonly text: string;
}

const subjectCharactersMax = 200;
const valueCharactersMax = 2000;
const placeholder = /\{\{\s*([A-Za-z][A-Za-z0-9]*)\s*\}\}/g;

/**
 * Reads a template: `Subject: …` on the first line, an empty line, the text. `{{name}}` stands for
 * a value.
 */
export function readMailTemplate(name: string, source: string): MailTemplate {
  const match = /^Subject: ([^\n]+)\n\n([\s\S]+)$/.exec(source.replaceAll('\r\n', '\n'));
  const [, subject, text] = match ?? [];
  if (subject === undefined || text === undefined) {
    throw new Error(`Mail template ${name}: a subject line, an empty line and a text are needed`);
  }
  return { name, subject, text };
}

/** Fills in the values. @throws PermanentFailure `MAIL_TEMPLATE_INVALID` naming a missing value. */
export function renderMail(
  template: MailTemplate,
  values: Readonly<Record<string, unknown>>,
): MailText {
  const fill = (text: string): string =>
    text.replaceAll(placeholder, (_match, key: string) => valueOf(template, values[key], key));
  return {
    // A value must not end the header line.
    subject: fill(template.subject).replaceAll(/\s+/g, ' ').slice(0, subjectCharactersMax),
    text: fill(template.text),
  };
}

function valueOf(template: MailTemplate, value: unknown, key: string): string {
  if (typeof value === 'string' || typeof value === 'number') {
    return String(value).slice(0, valueCharactersMax);
  }
  throw new PermanentFailure(
    'MAIL_TEMPLATE_INVALID',
    `Mail template ${template.name} needs the value ${key}.`,
  );
}
