import { asFailures } from '@sluice/postgres';
import type { DataSource, EntityManager } from 'typeorm';
import { revive, toJson } from './json.ts';
import { type EffectState, canMove, isTerminal } from './state.ts';

/** An effect as it stands, with what the database's clock says about it. */
export interface EffectRow {
  readonly key: string;
  readonly tenant: string;
  readonly kind: string;
  readonly subject: string;
  readonly state: EffectState;
  readonly epoch: string;
  readonly input: unknown;
  readonly input_hash: string;
  readonly attempts: number;
  readonly look_ups: number;
  readonly known_result: unknown;
  readonly output: unknown;
  readonly code: string | null;
  readonly detail: string | null;
  readonly details: unknown;
  readonly closing_by: string | null;
  readonly closing_verdict: string | null;
  readonly closing_output: unknown;
  /** Milliseconds until the lease ends; 0 when it has. */
  readonly lease_ms: number;
  /** Milliseconds until the effect may be touched; 0 when it may. */
  readonly wait_ms: number;
  readonly is_overdue: boolean;
}

/** What changes together with the state. */
export interface Change {
  /** Holds the effect for this long. */
  readonly leaseMs?: number;
  /** Nobody touches the effect before this time has passed. */
  readonly waitMs?: number;
  /** A new deadline, counted from now. */
  readonly deadlineMs?: number;
  readonly countsAttempt?: boolean;
  readonly countsLookUp?: boolean;
  readonly output?: unknown;
  readonly code?: string;
  readonly detail?: string;
  readonly details?: unknown;
  readonly closedBy?: string;
}

const columns = `key, tenant, kind, subject, state, epoch, input, input_hash, attempts, look_ups,
  known_result, output, code, detail, details, closing_by, closing_verdict, closing_output,
  ceil(greatest(extract(epoch from coalesce(lease_until, '-infinity') - clock_timestamp()) * 1000,
    0))::float8 as lease_ms,
  ceil(greatest(extract(epoch from not_before - clock_timestamp()) * 1000, 0))::float8 as wait_ms,
  deadline_at <= clock_timestamp() as is_overdue`;

const moveSql = `
  update effect set state = $4, epoch = epoch + 1, updated_at = clock_timestamp(), owner = $5,
    lease_until = clock_timestamp() + make_interval(secs => $6::float8),
    not_before = clock_timestamp() + make_interval(secs => $7::float8),
    due_at = clock_timestamp() + make_interval(secs => coalesce($6::float8, $7::float8)),
    deadline_at = coalesce(clock_timestamp() + make_interval(secs => $8::float8), deadline_at),
    attempts = attempts + $9::int, look_ups = look_ups + $10::int, output = $11::jsonb,
    code = $12, detail = $13, details = $14::jsonb, closed_by = $15,
    finished_at = case when $16::boolean then clock_timestamp() end,
    known_result = case when $4 = 'PLANNED' then null else known_result end,
    closing_by = case when $4 = 'PLANNED' then null else closing_by end
  where key = $1 and state = $2 and epoch = $3
  returning ${columns}`;

const isOpenSql = `state not in ('SUCCEEDED', 'REJECTED', 'ABANDONED', 'MANUAL', 'DUPLICATE')`;

const dueSql = `
  select key from effect
  where ${isOpenSql}
    and due_at <= clock_timestamp() and kind = any($1::text[])
  order by due_at limit $2`;

const hasOpenSql = `
  select exists (select from effect where ${isOpenSql} and kind = any($1::text[])) as "hasOpen"`;

const rememberSql = `
  update effect set known_result = $4::jsonb where key = $1 and state = $2 and epoch = $3`;

/** The rows of effects. Every change of state goes through `move`. */
export class EffectStore {
  readonly #dataSource: DataSource;
  readonly #owner: string;

  constructor(dataSource: DataSource, owner: string) {
    this.#dataSource = dataSource;
    this.#owner = owner;
  }

  async load(key: string): Promise<EffectRow | undefined> {
    const rows = await asFailures(() =>
      this.#dataSource.query<EffectRow[]>(`select ${columns} from effect where key = $1`, [key]),
    );
    return revived(rows[0]);
  }

  async lock(tx: EntityManager, key: string): Promise<EffectRow | undefined> {
    const rows: EffectRow[] = await tx.query(
      `select ${columns} from effect where key = $1 for update`,
      [key],
    );
    return revived(rows[0]);
  }

  /**
   * Takes one step; undefined when the effect has moved since it was read.
   * @throws Error when the step is none of the state machine's.
   */
  async move(
    runner: EntityManager | DataSource,
    row: Pick<EffectRow, 'key' | 'state' | 'epoch'>,
    step: Change & { readonly to: EffectState },
  ): Promise<EffectRow | undefined> {
    const { to } = step;
    if (!canMove(row.state, to)) throw new Error(`An effect cannot go from ${row.state} to ${to}`);
    const isHeld = step.leaseMs !== undefined;
    const [rows]: [EffectRow[], number] = await asFailures(() =>
      runner.query(moveSql, [
        row.key,
        row.state,
        row.epoch,
        to,
        isHeld ? this.#owner : null,
        isHeld ? (step.leaseMs ?? 0) / 1_000 : null,
        (step.waitMs ?? 0) / 1_000,
        step.deadlineMs === undefined ? null : step.deadlineMs / 1_000,
        step.countsAttempt === true ? 1 : 0,
        step.countsLookUp === true ? 1 : 0,
        step.output === undefined ? null : toJson(step.output),
        step.code ?? null,
        step.detail ?? null,
        step.details === undefined ? null : toJson(step.details),
        step.closedBy ?? null,
        isTerminal(to),
      ]),
    );
    return revived(rows[0]);
  }

  /** As `move`, in a transaction of its own. */
  step(
    row: Pick<EffectRow, 'key' | 'state' | 'epoch'>,
    step: Change & { readonly to: EffectState },
  ): Promise<EffectRow | undefined> {
    return this.move(this.#dataSource, row, step);
  }

  /** Keeps a result whose transaction failed, so that it need not be looked up. */
  async remember(row: EffectRow, result: unknown): Promise<void> {
    const { key, state, epoch } = row;
    await this.#dataSource.query(rememberSql, [key, state, epoch, toJson(result)]);
  }

  async due(kinds: readonly string[], limit: number): Promise<readonly string[]> {
    const rows = await asFailures(() =>
      this.#dataSource.query<{ key: string }[]>(dueSql, [kinds, limit]),
    );
    return rows.map(({ key }) => key);
  }

  async hasOpen(kinds: readonly string[]): Promise<boolean> {
    const [row] = await asFailures(() =>
      this.#dataSource.query<{ hasOpen: boolean }[]>(hasOpenSql, [kinds]),
    );
    return row?.hasOpen === true;
  }
}

function revived(row: EffectRow | undefined): EffectRow | undefined {
  if (row === undefined) return undefined;
  return {
    ...row,
    input: revive(row.input),
    output: revive(row.output),
    known_result: revive(row.known_result),
    closing_output: revive(row.closing_output),
    details: revive(row.details),
  };
}
