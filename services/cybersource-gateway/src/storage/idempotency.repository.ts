import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** Whose key it is: a client may use one key once per operation. */
export interface IdempotencyKey {
  readonly tenant: string;
  readonly clientId: string;
  readonly operation: 'create-payment' | 'create-refund';
  readonly key: string;
}

/** What is known under a key. */
export interface IdempotencyRecord {
  readonly bodyHash: string;
  /** Id of the payment or refund that the first request made. */
  readonly subjectId: string;
  /** The first answer's body; null while there is none. */
  readonly response: unknown;
}

/** Table idempotency_key: the first request under a key decides, later ones get its answer. */
@Injectable()
export class IdempotencyRepository {
  /**
   * Takes a key for a new request; returns what is known when an earlier request holds it.
   *
   * Waits for a concurrent transaction that has just taken the key.
   */
  async claim(
    tx: EntityManager,
    key: IdempotencyKey,
    request: { readonly bodyHash: string; readonly subjectId: string },
  ): Promise<IdempotencyRecord | undefined> {
    const claimed: unknown[] = await tx.query(
      `insert into idempotency_key (tenant, client_id, operation, key, body_hash, subject_id)
       values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning key`,
      [key.tenant, key.clientId, key.operation, key.key, request.bodyHash, request.subjectId],
    );
    if (claimed.length > 0) return undefined;
    const rows: { body_hash: string; subject_id: string; response: unknown }[] = await tx.query(
      `select body_hash, subject_id, response from idempotency_key
       where tenant = $1 and client_id = $2 and operation = $3 and key = $4`,
      [key.tenant, key.clientId, key.operation, key.key],
    );
    return rows.map((row) => ({
      bodyHash: row.body_hash,
      subjectId: row.subject_id,
      response: row.response,
    }))[0];
  }

  /** Stores the first answer for a payment or refund; a later answer never replaces it. */
  async answer(
    tx: EntityManager,
    subject: { readonly tenant: string; readonly subjectId: string },
    response: unknown,
  ): Promise<void> {
    await tx.query(
      `update idempotency_key set response = $3
       where tenant = $1 and subject_id = $2 and response is null`,
      [subject.tenant, subject.subjectId, JSON.stringify(response)],
    );
  }

  /** Forgets keys that are older than the given age; returns how many. */
  async forget(tx: EntityManager, olderThan: Date): Promise<number> {
    const [, count]: [unknown, number] = await tx.query(
      'delete from idempotency_key where created_at < $1',
      [olderThan],
    );
    return count;
  }
}
