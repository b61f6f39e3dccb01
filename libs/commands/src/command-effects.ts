import { Injectable } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { functions } from '@sluice/contracts';
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
import { outcomeOf, type Command, type CommandInput, type Output } from './command.ts';
import type { CommandVendor } from './command.ts';

/** Whose commands are performed, and how. */
export class CommandOptions {
  readonly vendor: CommandVendor;
  /** One effect for each function of the catalogue and each of its parts; kinds are their names. */
  readonly definitions: readonly EffectDefinition<CommandInput, Output>[];
  /** Hears of every refusal that no flow may catch, once. */
  readonly onRefusal: (functionName: string, code: string) => void;

  constructor(options: Omit<CommandOptions, 'onRefusal'> & Partial<CommandOptions>) {
    this.vendor = options.vendor;
    this.definitions = options.definitions;
    this.onRefusal = options.onRefusal ?? (() => undefined);
  }
}

const generationsMax = 100;
/** Two people have decided that it shall not be done; the flow is told, and nobody does it again. */
const abandoned = 'EFFECT_ABANDONED';

/**
 * Runs every function of the catalogue as an effect.
 *
 * The outcome is told in the transaction that ends the effect. A refusal that the catalogue does
 * not declare is told to nobody: the command fails with its reason, its key waits for a person, and
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
    private readonly options: CommandOptions,
  ) {
    for (const one of options.definitions) effects.register(this.told(one));
  }

  /** Plans the effect of a command, in the transaction that marks its event as seen. */
  async plan(tx: EntityManager, input: Command): Promise<void> {
    await this.planAs(tx, input.command.effectKey, input);
  }

  /**
   * Performs a planned command; resolves when its outcome is told.
   *
   * @throws PermanentFailure with the reason of a refusal that no flow may catch.
   */
  async perform(input: Command): Promise<void> {
    const { effectKey, function: name } = input.command;
    for (let generation = 1; generation <= generationsMax; generation += 1) {
      const key = generation === 1 ? effectKey : `${effectKey}~${generation}`;
      if (generation > 1) {
        await inTransaction(this.dataSource, (tx) => this.planAs(tx, key, input));
      }
      const { result, isNew } = await this.performWatched(key);
      if (result.state === 'SUCCEEDED' || isTold(name, result.code)) return;
      if (isNew) {
        this.options.onRefusal(name, result.code);
        throw new PermanentFailure(result.code, result.detail);
      }
    }
    throw new PermanentFailure('COMMAND_INVALID', `Refused ${generationsMax} times.`);
  }

  /** Looks after effects that nobody waits for: crashed, unknown, or planned and left. */
  async resolveDue(limit: number): Promise<number> {
    return await this.effects.resolveDue(limit);
  }

  /** True when `resolveDue` may find something before long. */
  async hasOpen(): Promise<boolean> {
    return await this.effects.hasOpen();
  }

  /** Calls back whenever this process takes up an effect, which it may leave open. */
  onWork(listener: () => void): void {
    this.effects.onWork(listener);
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

  private async planAs(tx: EntityManager, key: string, input: Command): Promise<void> {
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
        const { command } = effect.input;
        if (command === undefined) return;
        if (result.state === 'REJECTED' && !isTold(command.function, result.code)) return;
        const { vendor } = this.options;
        const nowMicros = this.clock.nowMicros();
        const end = { vendor, attempts: effect.attempts, nowMicros };
        await this.outbox.append(tx, [outcomeOf(command, result, end)]);
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

/** Whether the flow hears of a refusal: the catalogue lets it catch this one, or people gave up. */
function isTold(functionName: string, code: string): boolean {
  return code === abandoned || (functions[functionName]?.errors.includes(code) ?? false);
}
