import { deriveId } from '@sluice/clock';
import type { CommerceCommandCompleted, CommerceCommandRequested } from '@sluice/contracts';
import type { EffectResult } from '@sluice/effects';
import type { EventRecord } from '@sluice/messaging';
import { activeTraceparent } from '@sluice/telemetry';
import type { Arguments } from '../domain/arguments.ts';

/** What a function gives back; JSON. */
export type Output = Readonly<Record<string, unknown>>;

/** What the effect of a command keeps, so that its outcome can be told whenever it is known. */
export interface CommandInput {
  readonly values: Arguments;
  readonly command: CommandReference;
}

/** A command without its arguments, and how it came. */
export interface CommandReference extends Pick<
  CommerceCommandRequested,
  'commandId' | 'effectKey' | 'function' | 'runId' | 'task' | 'businessKey'
> {
  readonly tenant: string;
  readonly causationId: string;
  readonly correlationId?: string;
  /** Trace context of the command, for an outcome that is found out later. */
  readonly traceparent?: string;
}

/** The command that an event carries. */
export function referenceOf(
  event: EventRecord<'sluice.commerce.v1.CommandRequested'>,
): CommandReference {
  const { commandId, effectKey, function: name, runId, task, businessKey } = event.data;
  return {
    commandId,
    effectKey,
    function: name,
    runId,
    task,
    businessKey,
    tenant: event.tenant,
    causationId: event.id,
    ...(event.correlationId === undefined ? {} : { correlationId: event.correlationId }),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
  };
}

/** The event that tells the flow how its command ended; the same command gives the same id. */
export function outcomeOf(
  command: CommandReference,
  result: EffectResult<Output>,
  facts: { readonly attempts: number; readonly nowMicros: bigint },
): EventRecord<'sluice.commerce.v1.CommandCompleted'> {
  const { tenant, causationId, correlationId, traceparent, ...fields } = command;
  const isTraced = activeTraceparent() !== undefined || traceparent === undefined;
  const data: CommerceCommandCompleted = {
    ...fields,
    ...endingOf(result),
    attempts: BigInt(facts.attempts),
    completedAt: facts.nowMicros,
  };
  return {
    id: deriveId('commerce-outcome', command.commandId),
    type: 'sluice.commerce.v1.CommandCompleted',
    source: 'commerce-gateway',
    tenant,
    key: command.businessKey,
    time: facts.nowMicros,
    causationId,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(isTraced ? {} : { traceparent }),
    data,
  };
}

function endingOf(
  result: EffectResult<Output>,
): Pick<CommerceCommandCompleted, 'status' | 'output' | 'errorType' | 'errorDetail'> {
  return result.state === 'SUCCEEDED'
    ? {
        status: 'SUCCEEDED',
        output: JSON.stringify(result.output),
        errorType: null,
        errorDetail: '',
      }
    : {
        status: 'REJECTED',
        output: '{}',
        errorType: `urn:sluice:error:${result.code}`,
        errorDetail: result.detail,
      };
}
