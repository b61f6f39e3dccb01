import type { Ledger } from '../control/ledger.ts';
import type { SandboxSettings } from '../config.ts';
import type { Json } from '../json.ts';

/** Everything the parts of the Zoho twin work with. */
export interface ZohoContext {
  readonly ledger: Ledger;
  readonly settings: SandboxSettings;
  readonly now: () => Date;
  /** The twin's own address: accounts server and `api_domain` in one. */
  readonly baseUrl: () => string;
  /** Sends the webhook of a credit note. */
  readonly notifyCreditNote: (creditNote: Json) => void;
}

/** Digits of a Zoho id. */
const idLength = 19;
/** Ids below this are those of currencies, accounts and other things there from the start. */
const firstRecordNumber = 100_000;

/** A new 19-digit id; a string, because it does not fit a JSON number. */
export function newZohoId(context: ZohoContext): string {
  return fixedId(context, firstRecordNumber + context.ledger.next('zoho-id'));
}

/** The id with a known number, the same in every run. */
export function fixedId({ settings }: ZohoContext, number: number): string {
  const prefix = settings.zohoIdPrefix;
  return prefix + number.toString().padStart(idLength - prefix.length, '0');
}

/** An instant as Books writes it: seconds and offset without a colon. */
export function financeTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}+0000`;
}

/** Whether a text looks like an e-mail address to Zoho. */
export function isEmail(text: string): boolean {
  return /^[^\s@<>(),;:"[\]]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text);
}
