import { missOf, type GoalSummary } from './goals.ts';
import type { Spread } from './statistics.ts';
import { roundsMin, type Summary, type VariantSummary } from './summary.ts';

/** A summary as Markdown: what a person reads on the screen and in the reference page. */
export function reportOf(summary: Summary): string {
  const { name, workload, baselines, variants, goals } = summary;
  const parts = [
    `## ${name}`,
    `${workload}\nCompared in the same run with ${baselines}.`,
    ...(summary.refusals.length > 0 ? [refusalsOf(summary)] : []),
    ...(goals.length > 0 ? [goalTable(goals)] : []),
    ...(variants.length > 0 ? [variantTable(variants, summary.unit)] : []),
    conditionsOf(summary),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** One line for every target that was missed. */
export function missesOf({ name, goals }: Summary): string[] {
  return goals.flatMap((goal) => {
    const miss = missOf(goal);
    if (miss === undefined) return [];
    const against = goal.to === undefined ? 'is' : `to that of ${goal.to} is`;
    const value = figureText(goal.value.median);
    return [
      `${name}: ${goal.measure} of ${goal.of} ${against} ${value}, target ${goal.bound} ${goal.target}: ${miss}`,
    ];
  });
}

function refusalsOf({ refusals }: Summary): string {
  const lines = refusals.map((refusal) => `- ${refusal}`);
  return `**No figure**, because:\n${lines.join('\n')}`;
}

function goalTable(goals: readonly GoalSummary[]): string {
  const rows = goals.map((goal) => {
    const { measure, of, to, value, bound, target } = goal;
    const verdict = missOf(goal) ?? 'met';
    return `| ${measure} | ${of} | ${to ?? '–'} | ${rangeOf(value, figureText)} | ${bound} ${target} | ${verdict} |`;
  });
  const head = '| figure | of | to that of | value | target | |';
  return [head, '|---|---|---|---|---|---|', ...rows].join('\n');
}

function variantTable(variants: readonly VariantSummary[], unit: string): string {
  const columns = columnsFor(unit).filter(({ cell }) =>
    variants.some((variant) => cell(variant) !== ''),
  );
  const rows = [
    columns.map(({ head }) => head),
    columns.map(() => '---'),
    ...variants.map((variant) => columns.map(({ cell }) => cell(variant))),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

interface Column {
  readonly head: string;
  readonly cell: (variant: VariantSummary) => string;
}

function columnsFor(unit: string): readonly Column[] {
  return [
    { head: 'variant', cell: ({ name }) => name },
    { head: `${unit} a run`, cell: ({ events }) => String(events) },
    {
      head: `${unit} a second`,
      cell: ({ ratePerSecond }) => (ratePerSecond ? rangeOf(ratePerSecond, rateText) : ''),
    },
    { head: 'figures', cell: figuresOf },
    { head: 'CPU, µs each', cell: cpuOf },
  ];
}

function figuresOf({ figures }: VariantSummary): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${rangeOf(value, figureText)}`)
    .join(', ');
}

function cpuOf({ cpuMicrosByProcess }: VariantSummary): string {
  return Object.entries(cpuMicrosByProcess)
    .map(([name, { median }]) => `${name} ${microsText(median)}`)
    .join(', ');
}

function conditionsOf(summary: Summary): string {
  const { machine, rounds, loadAverageBefore, loadAverageAfter, tookSeconds } = summary;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const isShort = rounds < roundsMin;
  return (
    `${summary.measuredAt.slice(0, 10)}, ${machine.cores} cores (${machine.processor}, ${machine.system}), ` +
    `load average ${loadAverageBefore} before and ${loadAverageAfter} after, ${rounds} interleaved rounds after a warm-up` +
    `${isShort ? ` (fewer than ${roundsMin}: not for publishing)` : ''} in ${tookSeconds} s. ${versions.join(', ')}.`
  );
}

function rangeOf({ median, min, max }: Spread, text: (value: number) => string): string {
  return `**${text(median)}** (${text(min)}–${text(max)})`;
}

function figureText(value: number): string {
  if (value >= 1_000) return rateText(value);
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}

function rateText(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function microsText(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}
