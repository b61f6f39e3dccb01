import { Controller } from '@nestjs/common';
import { DependencyDown, TransientFailure } from '@sluice/failure';
import { Consume, type Delivery } from '@sluice/messaging';
import { Inbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { readArguments, type Arguments } from '../domain/arguments.ts';
import { CommandEffects } from './command-effects.ts';
import { referenceOf, type CommandReference } from './command.ts';

const group = 'zoho-gateway.perform-command';
const attemptsMax = 5;

type CommandDelivery = Delivery<'sluice.zoho.v1.CommandRequested'>;

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
    topic: 'zoho.commands.v1',
    group,
    types: ['sluice.zoho.v1.CommandRequested'],
    batchMax: 10,
    attemptsMax,
  })
  async handle(deliveries: readonly CommandDelivery[]): Promise<void> {
    const commands = deliveries.map(({ event }) => ({
      eventId: event.id,
      reference: referenceOf(event),
      values: readArguments(event.data.function, event.data.arguments),
    }));
    await inTransaction(this.dataSource, async (tx) => {
      const fresh = await this.inbox.fresh(tx, group, deliveries);
      const freshIds = new Set(fresh.map(({ event }) => event.id));
      for (const { eventId, reference, values } of commands) {
        if (freshIds.has(eventId)) await this.commands.plan(tx, reference, values);
      }
    });
    await performAll(commands, (reference, values) =>
      this.commands.perform(reference, values),
    ).catch((error: unknown) => {
      throw waiting(error, deliveries);
    });
  }
}

/** All run to their end; then the first failure is thrown, and the batch is tried one by one. */
async function performAll(
  commands: readonly { readonly reference: CommandReference; readonly values: Arguments }[],
  perform: (reference: CommandReference, values: Arguments) => Promise<void>,
): Promise<void> {
  const ends = await Promise.allSettled(
    commands.map(({ reference, values }) => perform(reference, values)),
  );
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * A command that was parked waits as long as its effect does: an outage may outlast every number of
 * attempts, and the effect's own deadline ends the wait.
 */
function waiting(error: unknown, deliveries: readonly CommandDelivery[]): unknown {
  const isParked = deliveries.every(({ attempt }) => attempt > attemptsMax);
  if (!isParked || !(error instanceof TransientFailure)) return error;
  return new DependencyDown('zoho', error.message, { cause: error });
}
