import { hash } from 'node:crypto';
import { PoisonMessage } from '@sluice/failure';
import { errors } from './errors.ts';

/** Magic byte and schema id: a new writer may register its schema anew without changing what an event says. */
const schemaHeaderBytes = 5;

/**
 * An event has the id of one that was handled before, but says something else.
 *
 * Two producers share an id, or one was wrong about what its id stands for. Its effect is not booked. It becomes a
 * dead letter with an alert, and the events behind it go on: no retry could tell which of the two is true.
 */
export class ConflictingDuplicate extends PoisonMessage {
  constructor(consumer: string, eventId: string) {
    const { sentence } = errors.catalogue.CONFLICTING_DUPLICATE;
    super('CONFLICTING_DUPLICATE', `${sentence} Consumer ${consumer}, event ${eventId}.`);
  }
}

/** Eight bytes of a digest of what an event says; null for a message without a value. */
export function bodyHashOf(value: Buffer | null): bigint | null {
  if (value === null) return null;
  const digest = hash('sha1', value.subarray(schemaHeaderBytes), 'buffer');
  return digest.readBigInt64BE(0);
}
