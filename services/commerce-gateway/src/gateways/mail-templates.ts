import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMailTemplate, type MailTemplate } from '../domain/mail-template.ts';

const extension = '.txt';

/** Reads every template of a folder; a template that is none ends the start. */
export function loadMailTemplates(folder: string): ReadonlyMap<string, MailTemplate> {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length));
  return new Map(
    names.map((name) => {
      const source = readFileSync(join(folder, name + extension), 'utf8');
      return [name, readMailTemplate(name, source)];
    }),
  );
}
