import { deriveId } from '@sluice/clock';
import { functions, type ZohoCommandCompleted, type ZohoCommandRequested } from '@sluice/contracts';
import type { EffectResult } from '@sluice/effects';
import type { EventRecord } from '@sluice/messaging';
import { activeTraceparent } from '@sluice/telemetry';
import type { Arguments } from '../domain/arguments.ts';
import type { Output } from './zoho-function.ts';

/** What the effect of a command keeps, so that its outcome can be told whenever it is known. */
export interface CommandInput {
  readonly values: Arguments;
  /** The command; absent for the parts of a function, whose outcome nobody waits for. */
  readonly command?: CommandReference;
}

/** A command without its arguments, and how it came. */
export interface CommandReference extends Pick<
  ZohoCommandRequested,
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
  event: EventRecord<'sluice.zoho.v1.CommandRequested'>,
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

/** True when the catalogue lets the flow catch this refusal. */
export function isDeclared(functionName: string, code: string): boolean {
  return functions[functionName]?.errors.includes(code) ?? false;
}

/** The event that tells the flow how its command ended; the same command gives the same id. */
export function outcomeOf(
  command: CommandReference,
  result: EffectResult<Output>,
  facts: { readonly attempts: number; readonly nowMicros: bigint },
): EventRecord<'sluice.zoho.v1.CommandCompleted'> {
  const { tenant, causationId, correlationId, traceparent, ...fields } = command;
  const completed = { ...fields, attempts: BigInt(facts.attempts), completedAt: facts.nowMicros };
  const isTraced = activeTraceparent() !== undefined || traceparent === undefined;
  return {
    id: deriveId('zoho-outcome', command.commandId),
    type: 'sluice.zoho.v1.CommandCompleted',
    source: 'zoho-gateway',
    tenant,
    key: command.businessKey,
    time: facts.nowMicros,
    causationId,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(isTraced ? {} : { traceparent }),
    data: { ...completed, ...endingOf(result) },
  };
}

function endingOf(
  result: EffectResult<Output>,
): Pick<ZohoCommandCompleted, 'status' | 'output' | 'errorType' | 'errorDetail'> {
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
