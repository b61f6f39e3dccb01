import { Controller } from '@nestjs/common';
import { CommandEffects, performCommands, type CommandDelivery } from '@sluice/commands';
import { Consume } from '@sluice/messaging';
import { Inbox } from '@sluice/outbox';
import { DataSource } from 'typeorm';

const group = 'zoho-gateway.perform-command';
const attemptsMax = 5;

/** Performs the commands of flows; those of one business key come in order. */
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
    const { dataSource, inbox, commands } = this;
    const bounds = { group, attemptsMax, dependency: 'zoho', acceptsEmptyText: false };
    await performCommands(deliveries, { dataSource, inbox, commands, ...bounds });
  }
}
