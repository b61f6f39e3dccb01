import { Controller, Logger } from '@nestjs/common';
import { Effects } from '@sluice/effects';
import { TransientFailure } from '@sluice/failure';
import { Consume, type Delivery } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { errors } from '../errors.ts';
import { RefundPayment, performCommandGroup } from './refund-payment.ts';

const refundFunction = 'cybersource.refundPayment:1.0.0';

/**
 * Performs the commands of flows.
 *
 * A command is marked and its effect planned in one transaction; the call comes after it. While the
 * outcome is not known nothing waits here: the job that resolves effects answers the command later.
 */
@Controller()
export class PerformCommandConsumer {
  private readonly logger = new Logger(PerformCommandConsumer.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly refunds: RefundPayment,
    private readonly effects: Effects,
  ) {}

  @Consume({
    topic: 'cybersource.commands.v1',
    group: performCommandGroup,
    types: ['sluice.cybersource.v1.CommandRequested'],
    attemptsMax: 3,
  })
  async handle(
    deliveries: readonly Delivery<'sluice.cybersource.v1.CommandRequested'>[],
  ): Promise<void> {
    for (const delivery of deliveries) await this.perform(delivery);
  }

  private async perform(
    delivery: Delivery<'sluice.cybersource.v1.CommandRequested'>,
  ): Promise<void> {
    const { data } = delivery.event;
    if (data.function !== refundFunction) {
      throw errors.failure('COMMAND_UNKNOWN_FUNCTION', {
        detail: `This gateway has no function ${data.function.slice(0, 100)}.`,
      });
    }
    const effectKey = await inTransaction(this.dataSource, (tx) => this.refunds.take(tx, delivery));
    if (effectKey === undefined || effectKey === '') return;
    try {
      await this.effects.perform(effectKey);
    } catch (error) {
      if (!(error instanceof TransientFailure) && !isWithPeople(error)) throw error;
      this.logger.warn(`Effect ${effectKey} is open: ${error.message}`);
    }
  }
}

function isWithPeople(error: unknown): error is Error {
  const codes: unknown[] = ['EFFECT_MANUAL', 'EFFECT_DUPLICATE'];
  return error instanceof Error && 'code' in error && codes.includes(error.code);
}
