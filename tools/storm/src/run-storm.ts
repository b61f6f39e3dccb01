import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectStormEvidence } from './evidence.ts';
import { claimOf, faultHands, targetsOf } from './fault-hands.ts';
import { planFaults } from './fault-plan.ts';
import { FaultRunner } from './fault-runner.ts';
import { ForeignMembers } from './foreign-members.ts';
import { judge } from './invariants.ts';
import { Journal } from './journal.ts';
import { Load } from './load.ts';
import { waitForQuiet } from './quiet.ts';
import { reportOf, type StormReport } from './report.ts';
import type { StormOptions } from './storm-options.ts';
import { StormStack } from './storm-stack.ts';
import { Watcher } from './watcher.ts';

const peopleStates = new Set<unknown>(['MANUAL', 'DUPLICATE']);

/**
 * Starts everything, places orders, injects the faults of the seed, heals, waits for quiet, judges, and stops.
 *
 * `tell` hears what happens as it happens. A signal gives the storm up, and everything is stopped at once.
 */
export async function runStorm(
  options: StormOptions,
  tell: (line: string) => void,
  signal: AbortSignal = new AbortController().signal,
): Promise<StormReport> {
  tell('Starting three brokers, PostgreSQL, the registry and every service.');
  const stack = await StormStack.start();
  let isKept = true;
  try {
    signal.throwIfAborted();
    const givenUp = once(signal, 'abort').then(() => signal.throwIfAborted() as never);
    const report = await Promise.race([stormOver(stack, options, tell), givenUp]);
    isKept = options.isKept || report.violations.length > 0;
    return isKept ? { ...report, folder: stack.keptFolder } : report;
  } catch (error) {
    isKept = !signal.aborted;
    throw error;
  } finally {
    await stack.stop({ isKept });
  }
}

async function stormOver(
  stack: StormStack,
  options: StormOptions,
  tell: (line: string) => void,
): Promise<StormReport> {
  const { seed, stormMs, healMsMax, orderEveryMs } = options;
  const journal = new Journal(join(stack.folder, 'journal.jsonl'));
  const load = new Load(stack, journal);
  const watcher = new Watcher(stack.servers.databaseUrl, stack.serviceNames());
  const members = new ForeignMembers(stack.servers.kafkaBrokers);
  const targets = targetsOf(stack);
  const plan = planFaults(seed, { lastMs: stormMs, targets });
  tell(`The storm of seed ${seed} begins: ${plan.length} faults in ${stormMs / 1_000} s.`);
  load.start(orderEveryMs);
  watcher.start();
  const runner = new FaultRunner(faultHands(stack, members), claimOf);
  const counts = await runner.run(plan, {
    lastMs: stormMs,
    tell: ({ kind, target, atMs, lastMs }) => {
      if (kind === 'rebalance') return;
      tell(`${seconds(atMs)}  ${kind} of ${target}, for ${seconds(lastMs).trim()}`);
    },
  });
  load.stopOrdering();
  const healingSinceMs = Date.now();
  tell('The storm is over; everything is healed.');
  await stack.heal();
  await load.finish(healMsMax);
  const leftMs = Math.max(0, healingSinceMs + healMsMax - Date.now());
  const { leftOpen } = await waitForQuiet(stack, journal, leftMs);
  const healMs = Date.now() - healingSinceMs;
  await watcher.stop();
  tell(`Quiet after ${seconds(healMs).trim()}; judging.`);
  // When which fault was done, for whoever reads the logs of a storm that found something.
  writeFileSync(join(stack.folder, 'faults.json'), JSON.stringify(counts.done, undefined, 2));
  const evidence = await collectStormEvidence(stack, {
    journal,
    sightings: watcher,
    leftOpen,
    faults: counts.done,
  });
  const { whyImpossible } = stack.walDisk;
  return reportOf({
    seed,
    stormMs,
    healMs,
    journal,
    counts,
    notPossible: whyImpossible === undefined ? [] : [`disk-full: ${whyImpossible}`],
    verdicts: judge(evidence),
    waitingForPeople: evidence.effects.filter(({ state }) => peopleStates.has(state)).length,
  });
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`.padStart(8);
}
