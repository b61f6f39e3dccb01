import { deriveId } from '@sluice/clock';
import type { CommerceCommandCompleted, CommerceCommandRequested } from '@sluice/contracts';
import type { EffectResult } from '@sluice/effects';
import type { Delivery, EventRecord } from '@sluice/messaging';
import { activeTraceparent } from '@sluice/telemetry';
import type { Arguments } from './arguments.ts';

/** Whose functions a gateway performs; names its topics, its events and the gateway itself. */
export type CommandVendor = 'commerce' | 'zoho';

/** A command as it was read from its topic. */
export type CommandDelivery = Delivery<`sluice.${CommandVendor}.v1.CommandRequested`>;

/** What a function gives back; JSON, amounts as decimal strings, ids as strings. */
export type Output = Readonly<Record<string, unknown>>;

/** What an effect keeps, so that the outcome of its command can be told whenever it is known. */
export interface CommandInput {
  readonly values: Arguments;
  /** The command; absent for the parts of a function, whose outcome nobody waits for. */
  readonly command?: CommandReference;
}

/** The input of a whole command. */
export type Command = Required<CommandInput>;

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

/** How a command ended, and whose it was. */
export interface CommandEnd {
  readonly vendor: CommandVendor;
  readonly attempts: number;
  readonly nowMicros: bigint;
}

/** The command that an event carries. */
export function referenceOf(event: CommandDelivery['event']): CommandReference {
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
  end: CommandEnd,
): EventRecord<`sluice.${CommandVendor}.v1.CommandCompleted`> {
  const { tenant, causationId, correlationId, traceparent, ...fields } = command;
  const { vendor, attempts, nowMicros } = end;
  const completed = { ...fields, attempts: BigInt(attempts), completedAt: nowMicros };
  const isTraced = activeTraceparent() !== undefined || traceparent === undefined;
  return {
    id: deriveId(`${vendor}-outcome`, command.commandId),
    type: `sluice.${vendor}.v1.CommandCompleted`,
    source: `${vendor}-gateway`,
    tenant,
    key: command.businessKey,
    time: nowMicros,
    causationId,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(isTraced ? {} : { traceparent }),
    data: { ...completed, ...endingOf(result) },
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
