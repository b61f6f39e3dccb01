import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { askJson } from './demo-http.ts';
import type { DemoOptions } from './demo-options.ts';

/** An object of a ledger, read without trusting its shape. */
export type LedgerObject = Readonly<Record<string, unknown>>;

/** What the twins and the mail folder hold at one moment. */
export interface Ledgers {
  readonly shop: LedgerKinds;
  readonly cybersource: LedgerKinds;
  readonly zoho: LedgerKinds;
  /** The whole text of every mail. */
  readonly mails: readonly string[];
}

type LedgerKinds = (kind: string) => readonly LedgerObject[];

/** Reads all ledgers anew. */
export async function readLedgers(options: DemoOptions): Promise<Ledgers> {
  const { urls } = options;
  const [shop, cybersource, zoho, mails] = await Promise.all([
    readLedger(urls['shop-twin']),
    readLedger(urls['cybersource-twin']),
    readLedger(urls['zoho-twin']),
    readMails(options.mailFolder),
  ]);
  return { shop, cybersource, zoho, mails };
}

async function readLedger(url: string): Promise<LedgerKinds> {
  const { objects } = (await askJson(`${url}/_control/ledger`)) as {
    readonly objects: Readonly<Record<string, readonly LedgerObject[]>>;
  };
  return (kind) => objects[kind] ?? [];
}

async function readMails(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const mails = names.filter((name) => name.endsWith('.eml'));
  return await Promise.all(mails.map((name) => readFile(join(folder, name), 'utf8')));
}

/** The value at a dotted path, or undefined. */
export function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => {
    const isObject = typeof inner === 'object' && inner !== null;
    return isObject ? (inner as LedgerObject)[name] : undefined;
  }, value);
}
