import type { StormEvidence } from './evidence.ts';

const ends = new Set<unknown>(['SUCCEEDED', 'REJECTED', 'ABANDONED']);

/** Terminal states that were left, payments that went back, epochs that shrank. */
export function steppedBack({ sightings, effectEnds, attempts }: StormEvidence): string[] {
  const finals = effectEnds.map((row) => ({
    about: `effect ${String(row['key'])} of ${row.service}`,
    state: String(row['state']),
    isEnded: row['finished_at'] !== null,
  }));
  const left = finals.flatMap(({ about, state }) => {
    const seen = sightings.ends.get(about);
    return seen === undefined || seen === state ? [] : [`back: ${about} was ${seen}, is ${state}`];
  });
  const unmarked = finals
    .filter(({ state, isEnded }) => ends.has(state) !== isEnded)
    .map(({ about, state }) => `back: ${about} is ${state} and its end is not marked so`);
  const known = new Set(finals.map(({ about }) => about));
  const gone = [...sightings.ends.keys()]
    .filter((about) => !known.has(about))
    .map((about) => `lost: ${about} had ended and is gone`);
  return [...sightings.stepsBack, ...left, ...unmarked, ...gone, ...shrunkEpochs(attempts)];
}

function shrunkEpochs(attempts: StormEvidence['attempts']): string[] {
  const last = new Map<string, bigint>();
  const inOrder = attempts.toSorted((a, b) => Number(a['step']) - Number(b['step']));
  return inOrder.flatMap((attempt) => {
    const about = `effect ${String(attempt['effect_key'])} of ${attempt.service}`;
    const epoch = BigInt(String(attempt['epoch']));
    const before = last.get(about) ?? 0n;
    last.set(about, epoch);
    return epoch < before ? [`back: the epoch of ${about} went from ${before} to ${epoch}`] : [];
  });
}
