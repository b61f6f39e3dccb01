import { Controller } from '@nestjs/common';
import { DependencyDown, TransientFailure } from '@sluice/failure';
import { Consume, type Delivery } from '@sluice/messaging';
import { Inbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { readArguments } from '../domain/arguments.ts';
import { CommandEffects } from './command-effects.ts';
import { referenceOf, type CommandInput } from './command.ts';

const group = 'commerce-gateway.perform-command';
const attemptsMax = 5;

type CommandDelivery = Delivery<'sluice.commerce.v1.CommandRequested'>;

/**
 * Performs the commands of flows.
 *
 * A command may come any number of times: its effect is planned once, and performing an effect that
 * has ended only returns how it ended. Commands of one business key come in order.
 */
@Controller()
export class PerformCommandConsumer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly inbox: Inbox,
    private readonly commands: CommandEffects,
  ) {}

  @Consume({
    topic: 'commerce.commands.v1',
    group,
    types: ['sluice.commerce.v1.CommandRequested'],
    batchMax: 20,
    attemptsMax,
  })
  async handle(deliveries: readonly CommandDelivery[]): Promise<void> {
    const inputs = new Map<string, CommandInput>();
    for (const { event } of deliveries) {
      const values = readArguments(event.data.function, event.data.arguments);
      inputs.set(event.id, { values, command: referenceOf(event) });
    }
    await inTransaction(this.dataSource, async (tx) => {
      for (const { event } of await this.inbox.fresh(tx, group, deliveries)) {
        const input = inputs.get(event.id);
        if (input !== undefined) await this.commands.plan(tx, input);
      }
    });
    await this.performAll([...inputs.values()]).catch((error: unknown) => {
      throw waiting(error, deliveries);
    });
  }

  /** All run to their end; then the first failure is thrown, and the batch is tried one by one. */
  private async performAll(inputs: readonly CommandInput[]): Promise<void> {
    const ends = await Promise.allSettled(inputs.map((input) => this.commands.perform(input)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

/**
 * A command that was parked waits as long as its effect does: an outage may outlast every number of
 * attempts, and the effect's own deadline ends the wait.
 */
function waiting(error: unknown, deliveries: readonly CommandDelivery[]): unknown {
  const isParked = deliveries.every(({ attempt }) => attempt > attemptsMax);
  if (!isParked || !(error instanceof TransientFailure)) return error;
  return new DependencyDown('commerce', error.message, { cause: error });
}
