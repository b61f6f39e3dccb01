import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import {
  Effects,
  Rejected,
  type EffectContext,
  type EffectDefinition,
  type EffectResult,
} from '@sluice/effects';
import { PermanentFailure } from '@sluice/failure';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { DataSource, type EntityManager } from 'typeorm';
import { outcomeOf, type CommandInput, type Output } from './command.ts';

/** Injection token of the effects, one for each function of the catalogue; kinds are its names. */
export const COMMAND_DEFINITIONS = Symbol('commerce.command-definitions');

const generationsMax = 100;
/** Two people have decided that it shall not be done; the flow is told, and nobody does it again. */
const abandoned = 'EFFECT_ABANDONED';

/**
 * Runs every function of the catalogue as an effect.
 *
 * The outcome is told in the transaction that ends the effect. The functions declare no refusal, so
 * a refusal is told to nobody: the command fails with its reason, its key waits for a person, and
 * when it is retried the refused effect gets a successor, since a refused one has ended. An effect
 * that two people have abandoned gets none.
 */
@Injectable()
export class CommandEffects {
  private readonly watched = new Set<string>();
  private readonly refusedNow = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly effects: Effects,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    @Inject(COMMAND_DEFINITIONS) definitions: readonly EffectDefinition<CommandInput, Output>[],
  ) {
    for (const one of definitions) effects.register(this.told(one));
  }

  /** Plans the effect of a command, in the transaction that marks its event as seen. */
  async plan(tx: EntityManager, input: CommandInput): Promise<void> {
    await this.planAs(tx, input.command.effectKey, input);
  }

  /**
   * Performs a planned command; resolves when its outcome is told.
   *
   * @throws PermanentFailure with the reason of a refusal.
   */
  async perform(input: CommandInput): Promise<void> {
    const { effectKey } = input.command;
    for (let generation = 1; generation <= generationsMax; generation += 1) {
      const key = generation === 1 ? effectKey : `${effectKey}~${generation}`;
      if (generation > 1) {
        await inTransaction(this.dataSource, (tx) => this.planAs(tx, key, input));
      }
      const { result, isNew } = await this.performWatched(key);
      if (result.state === 'SUCCEEDED' || result.code === abandoned) return;
      if (isNew) throw new PermanentFailure(result.code, result.detail);
    }
    throw new PermanentFailure('COMMAND_INVALID', `Refused ${generationsMax} times.`);
  }

  /** Looks after effects that nobody waits for: crashed, unknown, or planned and left. */
  async resolveDue(limit: number): Promise<number> {
    return await this.effects.resolveDue(limit);
  }

  private async performWatched(
    key: string,
  ): Promise<{ readonly result: EffectResult<Output>; readonly isNew: boolean }> {
    this.watched.add(key);
    try {
      const result = await this.effects.perform<Output>(key);
      return { result, isNew: this.refusedNow.has(key) };
    } finally {
      this.watched.delete(key);
      this.refusedNow.delete(key);
    }
  }

  private async planAs(tx: EntityManager, key: string, input: CommandInput): Promise<void> {
    const { tenant, function: kind, businessKey: subject } = input.command;
    await this.effects.plan(tx, { key, kind, tenant, subject, input });
  }

  private told(
    one: EffectDefinition<CommandInput, Output>,
  ): EffectDefinition<CommandInput, Output> {
    return {
      ...one,
      send: (input, context) => this.send(one, input, context),
      settle: async (tx, effect, result) => {
        await one.settle?.(tx, effect, result);
        if (result.state === 'REJECTED' && result.code !== abandoned) return;
        const facts = { attempts: effect.attempts, nowMicros: this.clock.nowMicros() };
        const outcome = outcomeOf(effect.input.command, result, facts);
        await this.outbox.append(tx, [outcome]);
      },
    };
  }

  private async send(
    one: EffectDefinition<CommandInput, Output>,
    input: CommandInput,
    context: EffectContext,
  ): Promise<Output> {
    try {
      return await one.send(input, context);
    } catch (error) {
      if (error instanceof Rejected && this.watched.has(context.key)) {
        this.refusedNow.add(context.key);
      }
      throw error;
    }
  }
}
