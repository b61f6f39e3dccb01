import type { TestSpecification } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/**
 * End-to-end tests in the order in which they run in two lanes: whoever waits for clocks and elections beside whoever
 * waits too, and last the simulation, which keeps every processor busy by itself.
 */
const order = [
  'storm',
  'three-brokers',
  'start',
  'backlog-memory',
  'sluice',
  'bench',
  'simulate',
].map((name) => `/${name}.e2e.test.ts`);

/** Runs the end-to-end tests in a fixed order, so that the same ones meet every time; a new one comes first. */
export class PairedSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

/** All other tests stay in the order they have. */
function placeOf({ moduleId }: TestSpecification): number {
  return order.findIndex((name) => moduleId.endsWith(name));
}
