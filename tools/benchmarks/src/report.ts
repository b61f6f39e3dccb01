import type { Spread } from './statistics.ts';
import { roundsMin, type RatioSummary, type Summary, type VariantSummary } from './summary.ts';

/** A summary as Markdown: what a person reads on the screen and in the reference page. */
export function reportOf(summary: Summary): string {
  const { name, workload, baselines, variants, ratios } = summary;
  const parts = [
    `## ${name}`,
    `${workload}\nCompared in the same run with ${baselines}.`,
    ...(summary.refusals.length > 0 ? [refusalsOf(summary)] : []),
    ...(ratios.length > 0 ? [ratioTable(ratios)] : []),
    ...(variants.length > 0 ? [variantTable(variants, summary.unit)] : []),
    conditionsOf(summary),
  ];
  return `${parts.join('\n\n')}\n`;
}

function refusalsOf({ refusals }: Summary): string {
  const lines = refusals.map((refusal) => `- ${refusal}`);
  return `**No figure**, because:\n${lines.join('\n')}`;
}

function ratioTable(ratios: readonly RatioSummary[]): string {
  const rows = ratios.map(
    ({ of, to, value, target }) => `| ${of} | ${to} | ${rangeOf(value, ratioText)} | ${target} |`,
  );
  return ['| rate of | to that of | ratio | target |', '|---|---|---|---|', ...rows].join('\n');
}

function variantTable(variants: readonly VariantSummary[], unit: string): string {
  const rows = variants.map((variant) => {
    const rate = rangeOf(variant.ratePerSecond, rateText);
    return `| ${variant.name} | ${variant.events} | ${rate} | ${cpuOf(variant)} |`;
  });
  const head = `| variant | ${unit} a run | ${unit} a second | CPU, µs each |`;
  return [head, '|---|---|---|---|', ...rows].join('\n');
}

function cpuOf({ cpuMicrosByProcess }: VariantSummary): string {
  const parts = Object.entries(cpuMicrosByProcess);
  if (parts.length === 0) return 'not measured';
  return parts.map(([name, { median }]) => `${name} ${microsText(median)}`).join(', ');
}

function conditionsOf(summary: Summary): string {
  const { machine, rounds, loadAverageBefore, loadAverageAfter } = summary;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const isShort = rounds < roundsMin;
  return (
    `${summary.measuredAt.slice(0, 10)}, ${machine.cores} cores (${machine.processor}, ${machine.system}), ` +
    `load average ${loadAverageBefore} before and ${loadAverageAfter} after, ${rounds} interleaved rounds after a warm-up` +
    `${isShort ? ` (fewer than ${roundsMin}: not for publishing)` : ''}. ${versions.join(', ')}.`
  );
}

function rangeOf({ median, min, max }: Spread, text: (value: number) => string): string {
  return `**${text(median)}** (${text(min)}–${text(max)})`;
}

function ratioText(value: number): string {
  return value >= 10 ? value.toFixed(0) : value.toFixed(2);
}

function rateText(value: number): string {
  return Math.round(value).toLocaleString('en');
}

function microsText(value: number): string {
  return value >= 10 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}
