import { DependencyDown, TransientFailure } from '@sluice/failure';
import type { Inbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import type { DataSource } from 'typeorm';
import { readArguments, type ReadOptions } from './arguments.ts';
import type { CommandEffects } from './command-effects.ts';
import { referenceOf, type Command, type CommandDelivery } from './command.ts';

/** What commands are performed with. */
export interface PerformOptions extends ReadOptions {
  readonly dataSource: DataSource;
  readonly inbox: Inbox;
  readonly commands: Pick<CommandEffects, 'plan' | 'perform'>;
  /** Consumer group of the handler. */
  readonly group: string;
  /** Attempts before the group parks a key. */
  readonly attemptsMax: number;
  /** Who performs the commands in the end, as a dependency that may be down. */
  readonly dependency: string;
}

/**
 * Performs the commands of flows.
 *
 * A command may come any number of times: its effect is planned once, and performing an effect that
 * has ended only returns how it ended. All run to their end; then the first failure is thrown, and
 * the batch is tried one by one.
 */
export async function performCommands(
  deliveries: readonly CommandDelivery[],
  options: PerformOptions,
): Promise<void> {
  const inputs = new Map<string, Command>();
  for (const { event } of deliveries) {
    const values = readArguments(event.data.function, event.data.arguments, options);
    inputs.set(event.id, { values, command: referenceOf(event) });
  }
  await inTransaction(options.dataSource, async (tx) => {
    for (const { event } of await options.inbox.fresh(tx, options.group, deliveries)) {
      const input = inputs.get(event.id);
      if (input !== undefined) await options.commands.plan(tx, input);
    }
  });
  const ends = await Promise.allSettled(
    [...inputs.values()].map((input) => options.commands.perform(input)),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw waiting(failed.reason, deliveries, options);
}

/**
 * A command that was parked waits as long as its effect does: an outage may outlast every number of
 * attempts, and the effect's own deadline ends the wait.
 */
function waiting(
  error: unknown,
  deliveries: readonly CommandDelivery[],
  { attemptsMax, dependency }: PerformOptions,
): unknown {
  const isParked = deliveries.every(({ attempt }) => attempt > attemptsMax);
  if (!isParked || !(error instanceof TransientFailure)) return error;
  return new DependencyDown(dependency, error.message, { cause: error });
}
