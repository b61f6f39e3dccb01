import { Injectable } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import {
  Effects,
  NotExecuted,
  Rejected,
  type EffectContext,
  type EffectDefinition,
  type EffectResult,
} from '@sluice/effects';
import { PermanentFailure, TransientFailure } from '@sluice/failure';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { counter } from '@sluice/telemetry';
import { DataSource, type EntityManager } from 'typeorm';
import type { Arguments } from '../domain/arguments.ts';
import { ZohoNotExecuted, ZohoRefused } from '../gateways/zoho.gateway.ts';
import { redactPersons } from './redact-persons.ts';
import { isDeclared, outcomeOf, type CommandInput, type CommandReference } from './command.ts';
import type { FunctionCall, Output, ZohoFunction } from './zoho-function.ts';

/** How commands are performed. */
export class CommandOptions {
  readonly functions: readonly ZohoFunction[];
  readonly tenant: string;
  readonly quietPeriodMs: number;
  readonly leaseMs: number;
  /** Longest time that one call of Zoho may take. */
  readonly callMsMax: number;

  constructor(options: CommandOptions) {
    this.functions = options.functions;
    this.tenant = options.tenant;
    this.quietPeriodMs = options.quietPeriodMs;
    this.leaseMs = options.leaseMs;
    this.callMsMax = options.callMsMax;
  }
}

const generationsMax = 100;
const partRetryMs = 5000;
const marginMs = 1000;
/** Two people have decided that it shall not be done; the flow is told, and nobody does it again. */
const abandoned = 'EFFECT_ABANDONED';

const refusals = counter('sluice_zoho_refusals', 'Records that Zoho refused, by function and code');

/**
 * Runs every function of the catalogue as an effect.
 *
 * The outcome is told in the transaction that ends the effect. A refusal that the catalogue does
 * not declare is told to nobody: the command fails with Zoho's words, its key waits for a person,
 * and when it is retried the refused effect gets a successor, since a refused one has ended. An
 * effect that two people have abandoned gets none.
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
    for (const one of options.functions) effects.register(this.definitionOf(one));
  }

  /** Plans the effect of a command, in the transaction that marks its event as seen. */
  async plan(tx: EntityManager, command: CommandReference, values: Arguments): Promise<void> {
    await this.planAs(tx, command.effectKey, { command, values });
  }

  /**
   * Performs a planned command; resolves when its outcome is told.
   *
   * @throws PermanentFailure with the words of Zoho for a refusal that no flow may catch.
   */
  async perform(command: CommandReference, values: Arguments): Promise<void> {
    for (let generation = 1; generation <= generationsMax; generation += 1) {
      const key = generation === 1 ? command.effectKey : `${command.effectKey}~${generation}`;
      if (generation > 1) await this.planAlone(key, { command, values });
      const { result, isNew } = await this.performWatched(key);
      if (result.state === 'SUCCEEDED' || isTold(command.function, result.code)) return;
      if (isNew) {
        refusals.add(1, { function: command.function, code: result.code });
        throw new PermanentFailure(result.code, result.detail);
      }
    }
    throw new PermanentFailure('ZOHO_REFUSED', `Zoho refused ${generationsMax} times.`);
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

  private planAlone(key: string, input: Required<CommandInput>): Promise<void> {
    return inTransaction(this.dataSource, (tx) => this.planAs(tx, key, input));
  }

  private async planAs(
    tx: EntityManager,
    key: string,
    input: Required<CommandInput>,
  ): Promise<void> {
    const { tenant, function: kind, businessKey: subject } = input.command;
    await this.effects.plan(tx, { key, kind, tenant, subject, input });
  }

  private definitionOf(one: ZohoFunction): EffectDefinition<CommandInput, Output> {
    const lookUp = one.lookUp?.bind(one);
    return {
      kind: one.name,
      effectClass: one.effectClass,
      resendSafe: true,
      quietPeriodMs: this.options.quietPeriodMs,
      leaseMs: this.options.leaseMs,
      redact: redactPersons,
      send: (input, context) => this.send(one, input, context),
      ...(lookUp === undefined ? {} : { lookUp: (input) => lookUp(input.values) }),
      agrees: (input, output) => one.agrees(input.values, output),
      settle: (tx, effect, result) => this.settle(tx, effect, result),
    };
  }

  private async send(
    one: ZohoFunction,
    input: CommandInput,
    context: EffectContext,
  ): Promise<Output> {
    try {
      return await one.send(input.values, this.callOf(input, context));
    } catch (error) {
      const translated = translate(one, error);
      if (translated instanceof Rejected && this.watched.has(context.key)) {
        this.refusedNow.add(context.key);
      }
      throw translated;
    }
  }

  private callOf(input: CommandInput, context: EffectContext): FunctionCall {
    const tenant = input.command?.tenant ?? this.options.tenant;
    const subject = input.command?.businessKey ?? context.key;
    const { leaseMs, callMsMax } = this.options;
    return {
      attempt: context.attempt,
      createUntilMs: this.clock.monotonicMs() + leaseMs - callMsMax - marginMs,
      sub: async (name, suffix, values) => {
        const key = `${context.key}/${suffix}`;
        const part: CommandInput = { values };
        await inTransaction(this.dataSource, (tx) =>
          this.effects.plan(tx, { key, kind: name, tenant, subject, input: part }),
        );
        return await this.performPart(key);
      },
    };
  }

  /** The whole did nothing itself yet, so a part that must wait lets the whole wait. */
  private async performPart(key: string): Promise<Output> {
    let result: EffectResult<Output>;
    try {
      result = await this.effects.perform<Output>(key);
    } catch (cause) {
      if (!(cause instanceof TransientFailure)) throw cause;
      throw new NotExecuted(cause.message, {
        retryAfterMs: cause.retryAfterMs ?? partRetryMs,
        cause,
      });
    }
    if (result.state === 'SUCCEEDED') return result.output;
    throw new Rejected(result.code, result.detail);
  }

  private async settle(
    tx: EntityManager,
    effect: { readonly input: CommandInput; readonly attempts: number },
    result: EffectResult<Output>,
  ): Promise<void> {
    const { command } = effect.input;
    if (command === undefined) return;
    if (result.state === 'REJECTED' && !isTold(command.function, result.code)) return;
    const facts = { attempts: effect.attempts, nowMicros: this.clock.nowMicros() };
    await this.outbox.append(tx, [outcomeOf(command, result, facts)]);
  }
}

function isTold(functionName: string, code: string): boolean {
  return code === abandoned || isDeclared(functionName, code);
}

function translate(one: ZohoFunction, error: unknown): unknown {
  if (error instanceof NotExecuted || error instanceof Rejected) return error;
  if (error instanceof ZohoNotExecuted) {
    return new NotExecuted(error.message, {
      ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
      cause: error,
    });
  }
  if (error instanceof ZohoRefused) {
    return new Rejected(one.refusalOf(error) ?? error.code, error.message, { cause: error });
  }
  // Everything else that is permanent was found out before anything was sent.
  return error instanceof PermanentFailure
    ? new Rejected(error.code, error.message, { cause: error })
    : error;
}
