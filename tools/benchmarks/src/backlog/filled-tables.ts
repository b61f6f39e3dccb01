import type pg from 'pg';

const chunkRows = 500_000;
const keys = 6_400;
/** Of each payload; what a row has besides is three times as much. */
const payloadBytes = 100;

/** An outbox whose older half has gone out, filled without the product's help because that would take an hour. */
export class FilledOutbox {
  private readonly admin: pg.Client;
  private readonly schema: string;
  private snapshot = '';

  constructor(admin: pg.Client, schema: string) {
    this.admin = admin;
    this.schema = schema;
  }

  async fill(rows: number): Promise<void> {
    const half = Math.ceil(rows / 2);
    await this.insert(0, half);
    const { rows: found } = await this.admin.query<{ snapshot: string }>(
      'select pg_current_snapshot()::text as snapshot',
    );
    this.snapshot = found[0]?.snapshot ?? '';
    await this.insert(half, rows);
    await this.admin.query(`analyze ${this.schema}.outbox`);
  }

  /** Puts every cursor back between the halves, as if the relay had never begun the second one. */
  async rewind(): Promise<void> {
    await this.admin.query(
      `update ${this.schema}.outbox_shard set s0 = $1::pg_snapshot, s1 = null, last_seq = 0,
         owner = null, lease_until = null`,
      [this.snapshot],
    );
  }

  private async insert(from: number, to: number): Promise<void> {
    for (let at = from; at < to; at += chunkRows) {
      await this.admin.query(
        `insert into ${this.schema}.outbox (shard, id, tenant, aggregatetype, aggregateid, type, topic,
           payload, schema_id, headers)
         select key % 64, 'event-' || i, 'demo', 'cybersource.notifications', 'payment-' || key,
           'sluice.cybersource.v1.PaymentUpdated', 'cybersource.notifications.v1',
           decode(repeat('00', ${payloadBytes}), 'hex'), 1,
           jsonb_build_object('ce_id', 'event-' || i, 'ce_subject', (i / ${keys})::text)
         from (select i, i % ${keys} as key from generate_series($1::bigint, $2::bigint) i) g
         order by i`,
        [at, Math.min(at + chunkRows, to) - 1],
      );
    }
  }
}

/** A queue through which rows have gone by being deleted. */
export class DeletedQueue {
  private readonly admin: pg.Client;
  private readonly schema: string;

  constructor(admin: pg.Client, schema: string) {
    this.admin = admin;
    this.schema = schema;
  }

  async fillAndDelete(rows: number): Promise<void> {
    for (let at = 0; at < rows; at += chunkRows) await this.fill(Math.min(chunkRows, rows - at));
    // The statistics of a full table suit the claims best; those of an emptied one make plans that scan it.
    await this.admin.query(`analyze ${this.schema}.queue`);
    await this.admin.query(`delete from ${this.schema}.queue`);
  }

  async fill(rows: number): Promise<void> {
    await this.admin.query(
      `insert into ${this.schema}.queue (key, topic, payload, headers)
       select 'payment-' || i, 'cybersource.notifications.v1', decode(repeat('00', ${payloadBytes}), 'hex'),
         jsonb_build_object('ce_id', 'event-' || i)
       from generate_series(1, $1::bigint) i`,
      [rows],
    );
  }
}
