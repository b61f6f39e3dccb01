import { Injectable } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import type { CommandInput, Output } from '@sluice/commands';
import {
  Effects,
  NotExecuted,
  Rejected,
  type EffectContext,
  type EffectDefinition,
  type EffectResult,
} from '@sluice/effects';
import { PermanentFailure, TransientFailure } from '@sluice/failure';
import { inTransaction } from '@sluice/postgres';
import { DataSource } from 'typeorm';
import { ZohoNotExecuted, ZohoRefused } from '../gateways/zoho.gateway.ts';
import { redactPersons } from './redact-persons.ts';
import type { FunctionCall, ZohoFunction } from './zoho-function.ts';

/** How functions are performed. */
export class FunctionOptions {
  readonly functions: readonly ZohoFunction[];
  readonly tenant: string;
  readonly quietPeriodMs: number;
  readonly leaseMs: number;
  /** Longest time that one call of Zoho may take. */
  readonly callMsMax: number;

  constructor(options: FunctionOptions) {
    this.functions = options.functions;
    this.tenant = options.tenant;
    this.quietPeriodMs = options.quietPeriodMs;
    this.leaseMs = options.leaseMs;
    this.callMsMax = options.callMsMax;
  }
}

const partRetryMs = 5000;
const marginMs = 1000;

/** Every function of Zoho as an effect; a function may run parts, which are effects of their own. */
@Injectable()
export class FunctionEffects {
  constructor(
    private readonly dataSource: DataSource,
    private readonly effects: Effects,
    private readonly clock: Clock,
    private readonly options: FunctionOptions,
  ) {}

  /** One definition for each function. */
  definitions(): readonly EffectDefinition<CommandInput, Output>[] {
    return this.options.functions.map((one) => this.definitionOf(one));
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
      throw translate(one, error);
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
