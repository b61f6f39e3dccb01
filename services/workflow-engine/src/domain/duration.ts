import type { Node } from 'yaml';
import type { FlowFile } from './flow-file.ts';

const unitMs = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
  milliseconds: 1,
} as const;

/** Longest time a flow may wait: a timer far beyond anybody's patience is a slip. */
const durationMsMax = 366 * unitMs.days;

/** Reads `{ after: { days: 2 } }`; undefined with a fault when it is no duration. */
export function readTimeoutMs(file: FlowFile, node: Node | undefined): number | undefined {
  const after = file.record(node, 'A timeout', ['after']).get('after');
  if (after === undefined) {
    file.fault(node, 'A timeout says after how long: after: {days: 2}');
    return undefined;
  }
  const units = Object.keys(unitMs);
  let totalMs = 0;
  for (const { key, value } of file.record(after.value, 'A duration', units).values()) {
    const amount = file.wholeNumber(value, key, 0) ?? 0;
    totalMs += amount * (unitMs[key as keyof typeof unitMs] ?? 0);
  }
  if (totalMs > 0 && totalMs <= durationMsMax) return totalMs;
  file.fault(after.keyNode, 'A duration is longer than nothing and shorter than 367 days');
  return undefined;
}
