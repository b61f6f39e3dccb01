/** One message at the end of the path, as far as the check needs it. */
export interface SeenEvent {
  readonly key: string;
  /** Counts the events of a key from 1. */
  readonly sequence: number;
}

/** What a run must have brought to the end. */
export interface ExpectedStream {
  readonly prefix: string;
  readonly keys: number;
  readonly eventsPerKey: number;
}

const faultsShownMax = 5;

/**
 * What is wrong with the events that came out, in the order in which they were read.
 *
 * Every key must have brought 1, 2, 3 … once each and in this order; that covers losses,
 * duplicates and order at once.
 */
export function checkStream(seen: Iterable<SeenEvent>, expected: ExpectedStream): string[] {
  const lastByKey = new Map<string, number>();
  const faults: string[] = [];
  for (const { key, sequence } of seen) {
    const last = lastByKey.get(key) ?? 0;
    if (!key.startsWith(`${expected.prefix}-`)) faults.push(`${key} is not of this run`);
    else if (sequence <= last) faults.push(`${key} brought ${sequence} again or after ${last}`);
    else if (sequence > last + 1) faults.push(`${key} brought ${sequence} after ${last}`);
    lastByKey.set(key, Math.max(last, sequence));
  }
  const complete = [...lastByKey.values()].filter((last) => last === expected.eventsPerKey).length;
  if (complete !== expected.keys) {
    faults.push(`${complete} of ${expected.keys} keys came out complete`);
  }
  return faults.slice(0, faultsShownMax);
}
