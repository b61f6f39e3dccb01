import type { DataSource } from 'typeorm';

const createSql = `
  insert into back_fill (tenant, source, seen_until, next_at) values ($1, $2, now(), now())
  on conflict do nothing`;

const claimSql = `
  update back_fill set next_at = now() + make_interval(secs => $3)
  where tenant = $1 and source = $2 and next_at <= now()
  returning seen_until`;

const advanceSql = `
  update back_fill set seen_until = greatest(seen_until, $3) where tenant = $1 and source = $2`;

/** How far the search for changes that no webhook told of has come. */
export class BackFillRepository {
  private readonly dataSource: DataSource;
  private readonly row: readonly [tenant: string, source: string];

  constructor(dataSource: DataSource, tenant: string, source: string) {
    this.dataSource = dataSource;
    this.row = [tenant, source];
  }

  /** The instant up to which all is seen; undefined when it is not yet time, or another's turn. */
  async claim(intervalMs: number): Promise<Date | undefined> {
    await this.dataSource.query(createSql, [...this.row]);
    const values = [...this.row, intervalMs / 1000];
    const [rows] = (await this.dataSource.query(claimSql, values)) as [
      { seen_until: Date }[],
      number,
    ];
    return rows[0]?.seen_until;
  }

  async advance(seenUntil: Date): Promise<void> {
    await this.dataSource.query(advanceSql, [...this.row, seenUntil]);
  }
}
