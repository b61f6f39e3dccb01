import { deriveId } from '@sluice/clock';
import { eventTypes, type EventType } from '@sluice/contracts';
import type { EventRecord } from '@sluice/messaging';
import type { Emission } from '../domain/workset.ts';

/** Name of this service in its events. */
export const source = 'workflow-engine';

/** Types of the commands this service asks for, one per gateway. */
export type CommandType =
  | 'sluice.zoho.v1.CommandRequested'
  | 'sluice.commerce.v1.CommandRequested'
  | 'sluice.cybersource.v1.CommandRequested';

const commandTypes: readonly CommandType[] = [
  'sluice.zoho.v1.CommandRequested',
  'sluice.commerce.v1.CommandRequested',
  'sluice.cybersource.v1.CommandRequested',
];

/** Every event type this service publishes. */
export const publishedTypes: readonly EventType[] = [
  ...commandTypes,
  'sluice.flows.v1.RunLifecycleChanged',
];

/**
 * The event that tells of an emission.
 *
 * Its id follows from the run and the step, so that the same step never tells two things.
 */
export function eventOf(emission: Emission, tenant: string): EventRecord {
  const { run, cause, told } = emission;
  const envelope = {
    source,
    tenant,
    key: run.businessKey,
    time: cause.atMicros,
    correlationId: run.businessKey,
    ...(cause.eventId === null ? {} : { causationId: cause.eventId }),
    ...(cause.traceparent === null ? {} : { traceparent: cause.traceparent }),
  };
  if ('command' in told) {
    const { command } = told;
    return {
      ...envelope,
      id: command.commandId,
      type: commandTypeOf(command.topic),
      subject: command.functionName,
      data: {
        commandId: command.commandId,
        effectKey: command.effectKey,
        function: command.functionName,
        arguments: JSON.stringify(command.arguments),
        runId: run.runId,
        task: command.task,
        businessKey: run.businessKey,
        requestedAt: cause.atMicros,
      },
    };
  }
  const { name: lifecycle, task, detail } = told.lifecycle;
  return {
    ...envelope,
    id: deriveId('lifecycle', run.runId, emission.sequence),
    type: 'sluice.flows.v1.RunLifecycleChanged',
    subject: run.runId,
    data: {
      runId: run.runId,
      flow: run.flow,
      flowVersion: run.version,
      businessKey: run.businessKey,
      lifecycle,
      task,
      detail,
      changedAt: cause.atMicros,
    },
  };
}

function commandTypeOf(topic: string): CommandType {
  const type = commandTypes.find((candidate) => eventTypes[candidate].topic === topic);
  if (type === undefined) throw new Error(`No gateway takes commands on ${topic}`);
  return type;
}
