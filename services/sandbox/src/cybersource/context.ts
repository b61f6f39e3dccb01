import type { Ledger } from '../control/ledger.ts';
import type { SigningKey } from './http-signature.ts';
import { ledgerKinds, type Transaction } from './records.ts';

/** Everything the operations of the Cybersource twin work with. */
export interface CybersourceContext {
  readonly ledger: Ledger;
  readonly key: SigningKey;
  readonly now: () => Date;
  readonly notify: (event: OutgoingEvent) => void;
  /** Switches of the control API. */
  readonly switches: {
    /** How long a transaction stays invisible to transaction search. */
    visibilityDelayMs: number;
    /** False turns the check of the signed date off, for frozen vectors. */
    checksClock: boolean;
  };
}

/** A webhook to send: its type, its product and the transaction it tells of. */
export interface OutgoingEvent {
  readonly eventType: string;
  readonly productId: string;
  readonly data: Record<string, unknown>;
}

/** A 22-digit id as Cybersource makes them: opaque, unique, growing. */
export function newTransactionId({ ledger, now }: CybersourceContext): string {
  const sequence = (ledger.next('transaction') % 10_000_000).toString().padStart(7, '0');
  return `76${now().getTime().toString().padStart(13, '0')}${sequence}`;
}

export function saveTransaction({ ledger }: CybersourceContext, transaction: Transaction): void {
  ledger.put(ledgerKinds[transaction.kind], transaction.id, transaction);
}

/** A transaction of any kind by its id. */
export function findTransaction(
  { ledger }: CybersourceContext,
  id: string,
): Transaction | undefined {
  for (const kind of Object.values(ledgerKinds)) {
    const found = ledger.get<Transaction>(kind, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All transactions, oldest first. */
export function allTransactions({ ledger }: CybersourceContext): Transaction[] {
  return Object.values(ledgerKinds)
    .flatMap((kind) => [...ledger.list<Transaction>(kind)])
    .toSorted((a, b) => a.submitTimeUtc.localeCompare(b.submitTimeUtc) || a.id.localeCompare(b.id));
}

/** The instant as Cybersource writes it in answers. */
export function submitTime({ now }: CybersourceContext): string {
  return `${now().toISOString().slice(0, 19)}Z`;
}
