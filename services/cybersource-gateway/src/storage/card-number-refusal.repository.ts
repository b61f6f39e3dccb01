import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** That a card number was refused: where it stood, and a keyed hash of it. */
export interface CardNumberRefusal {
  readonly id: string;
  readonly tenant: string;
  /** The endpoint that refused it. */
  readonly door: string;
  readonly path: string;
  readonly keyedHash: string;
  readonly refusedAt: Date;
}

/** Table card_number_refusal: the audit of refused card numbers, which are stored nowhere. */
@Injectable()
export class CardNumberRefusalRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds one line to the audit. */
  async insert(refusal: CardNumberRefusal): Promise<void> {
    await this.dataSource.query(
      `insert into card_number_refusal (id, tenant, door, path, keyed_hash, refused_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [
        refusal.id,
        refusal.tenant,
        refusal.door,
        refusal.path,
        refusal.keyedHash,
        refusal.refusedAt,
      ],
    );
  }
}
