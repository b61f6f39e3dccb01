import { asList, asObject, objectAt, textOf } from './json-fields.ts';
import { readTransaction, type Transaction } from './transaction.ts';

const statusByReasonCode: ReadonlyMap<string, string> = new Map([
  ['100', 'AUTHORIZED'],
  ['110', 'PARTIAL_AUTHORIZED'],
  ['480', 'AUTHORIZED_PENDING_REVIEW'],
  ['481', 'AUTHORIZED_RISK_DECLINED'],
  ['400', 'AUTHORIZED_RISK_DECLINED'],
]);

/**
 * Reads a transaction as transaction search shows it.
 *
 * Search keeps the status beside its applications and leaves it out at times; then it follows from
 * the legacy reason code, where anything that is neither approval nor review is a decline.
 */
export function readFoundTransaction(detail: unknown, receivedAt: Date): Transaction {
  const transaction = readTransaction(detail, receivedAt);
  const information = objectAt(detail, 'applicationInformation');
  const applications = asList(information['applications']).map(asObject);
  const reasonCode = textOf(information['reasonCode']) || textOf(applications[0]?.['reasonCode']);
  const status =
    textOf(information['status']) ||
    transaction.status ||
    (reasonCode === '' ? '' : (statusByReasonCode.get(reasonCode) ?? 'DECLINED'));
  return { ...transaction, status };
}
