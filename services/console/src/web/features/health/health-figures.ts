import type { ServiceHealthView } from '../../../views.ts';

/** Figures of a service over all its consumer groups; null where it has none or did not tell. */
export interface HealthFigures {
  readonly lag: number | null;
  readonly oldestAgeMs: number | null;
  readonly parkedKeys: number | null;
}

/** Adds up the consumer groups of one service. */
export function figuresOf({ consumers }: ServiceHealthView): HealthFigures {
  if (consumers.length === 0) return { lag: null, oldestAgeMs: null, parkedKeys: null };
  return {
    lag: consumers.reduce((sum, one) => sum + one.lag, 0),
    oldestAgeMs: Math.max(...consumers.map((one) => one.oldestAgeMs)),
    parkedKeys: consumers.reduce((sum, one) => sum + one.parkedKeys, 0),
  };
}

/** Why a service is not ready, in one line; empty when nothing is wrong. */
export function troubleOf({ unanswered, checks, consumers }: ServiceHealthView): string {
  if (unanswered !== null) return unanswered;
  const down = Object.entries(checks).filter(([, state]) => state !== 'up');
  const troubled = consumers.flatMap(({ group, trouble }) =>
    trouble === null ? [] : [`${group}: ${trouble}`],
  );
  return [...down.map(([name]) => `${name} is down`), ...troubled].join('; ');
}
