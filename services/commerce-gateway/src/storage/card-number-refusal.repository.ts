import { newId } from '@sluice/clock';
import { asFailures } from '@sluice/postgres';
import type { DataSource } from 'typeorm';

/** That a body was refused for a card number; never the number. */
export interface CardNumberRefusal {
  readonly shopId: string;
  /** Where in the body it stood. */
  readonly path: string;
  /** Recognises a repetition of the same body. */
  readonly keyedHash: string;
}

const insertSql = `
  insert into card_number_refusal (refusal_id, tenant, shop_id, path, keyed_hash)
  values ($1, $2, $3, $4, $5)`;

/** The audit of refused card numbers. */
export class CardNumberRefusalRepository {
  private readonly dataSource: DataSource;
  private readonly tenant: string;

  constructor(dataSource: DataSource, tenant: string) {
    this.dataSource = dataSource;
    this.tenant = tenant;
  }

  async insert({ shopId, path, keyedHash }: CardNumberRefusal): Promise<void> {
    await asFailures(() =>
      this.dataSource.query(insertSql, [newId(), this.tenant, shopId, path, keyedHash]),
    );
  }
}
