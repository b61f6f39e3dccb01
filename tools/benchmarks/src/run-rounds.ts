import type { Sample, Variant } from './benchmark.ts';

/** The samples of one variant, round by round; the warm-up is not among them. */
export interface VariantSamples {
  readonly variant: Variant;
  readonly samples: readonly Sample[];
}

/** How rounds are run. */
export interface RoundsOptions {
  readonly rounds: number;
  /** Told about every run as it ends. */
  readonly tell: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs every variant once a round, in turn, so that what changes on the machine hits all alike.
 *
 * Round 0 warms up: compilers, caches, connections. Its faults count, its figures do not. The first
 * fault of any run ends it all, because there will be no figure.
 * @throws the signal's reason when it is aborted between two runs.
 */
export async function runRounds(
  variants: readonly Variant[],
  options: RoundsOptions,
): Promise<readonly VariantSamples[]> {
  const samplesOf = new Map<Variant, Sample[]>(variants.map((variant) => [variant, []]));
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const variant of variants) {
      options.signal.throwIfAborted();
      const sample = await variant.run(round);
      options.tell(lineOf(round, variant, sample));
      const isFaulty = sample.faults.length > 0;
      if (round > 0 || isFaulty) samplesOf.get(variant)?.push(sample);
      if (isFaulty) return resultsOf(samplesOf);
    }
  }
  return resultsOf(samplesOf);
}

function resultsOf(samplesOf: ReadonlyMap<Variant, readonly Sample[]>): VariantSamples[] {
  return [...samplesOf].map(([variant, samples]) => ({ variant, samples }));
}

function lineOf(round: number, variant: Variant, sample: Sample): string {
  const name = round === 0 ? 'warm-up' : `round ${round}`;
  const faults = sample.faults.map((fault) => `\n      ${fault}`).join('');
  return `  ${name.padEnd(9)} ${variant.name.padEnd(40)} ${figuresOf(sample)}${faults}`;
}

function figuresOf({ ratePerSecond, figures = {} }: Sample): string {
  const rate = ratePerSecond === undefined ? [] : [`${shortOf(ratePerSecond).padStart(9)} /s`];
  const others = Object.entries(figures).map(([name, value]) => `${name} ${shortOf(value)}`);
  return [...rate, ...others].join(', ');
}

function shortOf(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1);
}
