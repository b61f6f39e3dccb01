import { asFailures } from '@sluice/postgres';
import type { DataSource } from 'typeorm';
import type { AttemptOutcome } from './attempts.ts';
import type { EffectState } from './state.ts';

/** Which effects to list. */
export interface EffectFilter {
  readonly key?: string;
  readonly state?: EffectState;
  readonly kind?: string;
  readonly subject?: string;
  /** @minimum 1 @maximum 500 @default 50 */
  readonly limit?: number;
  /** The last effect of the page before, as that page gave it. */
  readonly after?: { readonly plannedAt: Date; readonly key: string };
}

/** One call of the provider. */
export interface AttemptView {
  readonly step: number;
  readonly act: 'send' | 'look-up';
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly requestHash: string;
  readonly request: unknown;
  readonly outcome: AttemptOutcome | null;
  readonly reply: unknown;
  readonly code: string | null;
  readonly detail: string | null;
  readonly traceparent: string | null;
}

/** One act of a person. */
export interface ClosingView {
  readonly step: 'proposed' | 'confirmed';
  readonly actor: string;
  readonly verdict: string;
  readonly reason: string;
  readonly at: string;
}

/** An effect for operators. The input is not shown; its redacted form stands in the attempts. */
export interface EffectView {
  readonly key: string;
  readonly tenant: string;
  readonly kind: string;
  readonly effectClass: string;
  readonly subject: string;
  readonly state: EffectState;
  readonly epoch: string;
  readonly code: string | null;
  readonly detail: string | null;
  readonly plannedAt: Date;
  readonly updatedAt: Date;
  readonly finishedAt: Date | null;
  readonly dueAt: Date;
  readonly deadlineAt: Date;
  readonly attempts: readonly AttemptView[];
  readonly closings: readonly ClosingView[];
}

/** Numbers for health and metrics. */
export interface EffectFigures {
  readonly byState: Readonly<Partial<Record<EffectState, number>>>;
  /** Age of the oldest effect that has neither ended nor waits for people; 0 when there is none. */
  readonly oldestOpenAgeMs: number;
}

const attemptsJson = `
  coalesce((select json_agg(json_build_object('step', a.step, 'act', a.act,
      'startedAt', a.started_at, 'finishedAt', a.finished_at, 'requestHash', a.request_hash,
      'request', a.request, 'outcome', a.outcome, 'reply', a.reply, 'code', a.code,
      'detail', a.detail, 'traceparent', a.traceparent) order by a.step)
    from effect_attempt a where a.effect_key = e.key), '[]') as attempts`;

const closingsJson = `
  coalesce((select json_agg(json_build_object('step', c.step, 'actor', c.actor,
      'verdict', c.verdict, 'reason', c.reason, 'at', c.at) order by c.seq)
    from effect_closing c where c.effect_key = e.key), '[]') as closings`;

const listSql = `
  select e.key, e.tenant, e.kind, e.effect_class as "effectClass", e.subject, e.state,
    e.epoch, e.code, e.detail, e.planned_at as "plannedAt", e.updated_at as "updatedAt",
    e.finished_at as "finishedAt", e.due_at as "dueAt", e.deadline_at as "deadlineAt",
    ${attemptsJson}, ${closingsJson}
  from effect e
  where ($1::text is null or e.key = $1) and ($2::text is null or e.state = $2)
    and ($3::text is null or e.kind = $3) and ($4::text is null or e.subject = $4)
    and ($5::timestamptz is null or (date_trunc('milliseconds', e.planned_at), e.key) < ($5, $6))
  order by date_trunc('milliseconds', e.planned_at) desc, e.key desc limit $7`;

const figuresSql = `
  select state, count(*)::int as count,
    (extract(epoch from clock_timestamp() - min(planned_at)) * 1000)::float8 as age_ms
  from effect group by state`;

/** Reads effects with their attempts, newest first. */
export async function listEffects(
  dataSource: DataSource,
  filter: EffectFilter,
): Promise<readonly EffectView[]> {
  const limit = Math.min(Math.max(filter.limit ?? 50, 1), 500);
  return await asFailures(() =>
    dataSource.query<EffectView[]>(listSql, [
      filter.key ?? null,
      filter.state ?? null,
      filter.kind ?? null,
      filter.subject ?? null,
      filter.after?.plannedAt ?? null,
      filter.after?.key ?? null,
      limit,
    ]),
  );
}

/** Counts effects by state. */
export async function figuresOf(dataSource: DataSource): Promise<EffectFigures> {
  const rows = await asFailures(() =>
    dataSource.query<{ state: EffectState; count: number; age_ms: number }[]>(figuresSql),
  );
  const closed: readonly EffectState[] = [
    'SUCCEEDED',
    'REJECTED',
    'ABANDONED',
    'MANUAL',
    'DUPLICATE',
  ];
  const open = rows.filter(({ state }) => !closed.includes(state));
  return {
    byState: Object.fromEntries(rows.map(({ state, count }) => [state, count])),
    oldestOpenAgeMs: Math.max(0, ...open.map((row) => row.age_ms)),
  };
}
