import { buildWorker } from './build-worker.ts';
import type { SimulateOptions } from './options.ts';
import type { Plant } from './plants.ts';
import type { SeedReport, Violation } from './protocol.ts';
import { runSeeds, type Servers } from './worker-pool.ts';

/** Which seed caught a planted bug; none when it was not caught. */
export interface Catch {
  readonly name: string;
  readonly seed: number | undefined;
  readonly violations: readonly Violation[];
}

/** Plants one bug after the other and looks for the first seed that catches it. */
export async function huntPlants(
  plants: readonly Plant[],
  servers: Servers,
  { options, signal }: { readonly options: SimulateOptions; readonly signal: AbortSignal },
): Promise<readonly Catch[]> {
  const catches: Catch[] = [];
  for (const plant of plants) {
    const file = await buildWorker(plant);
    let caught: SeedReport | undefined;
    let seed = options.from ?? plant.caughtBy.seed;
    const end = seed + options.seeds;
    const source = {
      next: () => (caught === undefined && seed < end ? seed++ : undefined),
      done: (report: SeedReport) => {
        const isEarlier = caught === undefined || report.seed < caught.seed;
        if (report.violations.length > 0 && isEarlier) caught = report;
      },
    };
    await runSeeds({ file, isTold: false }, servers, { source, signal });
    const { violations = [] } = caught ?? {};
    tell(plant, caught);
    catches.push({ name: plant.name, seed: caught?.seed, violations });
  }
  return catches;
}

/** Hunts take a while: each end is told at once. */
function tell({ name }: Plant, caught: SeedReport | undefined): void {
  const broken = new Set(caught?.violations.map(({ invariant }) => invariant));
  const end =
    caught === undefined
      ? 'not caught'
      : `caught by seed ${caught.seed}, invariants ${[...broken].join(', ')}`;
  process.stderr.write(`${name}: ${end}\n`);
}
