import { deriveId } from '@sluice/clock';

/**
 * The merchant transaction id of an effect: at most 50 characters, and the same for every attempt.
 *
 * Cybersource keeps it unique for 60 days, so a repeated send is seen there instead of executed.
 */
export function merchantTransactionId(effectKey: string): string {
  return deriveId('cybersource', effectKey);
}
