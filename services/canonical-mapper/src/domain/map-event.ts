import { deriveId } from '@sluice/clock';
import type { EventMap, EventType } from '@sluice/contracts';
import type { Mapping, MappingSet } from '@sluice/mapping';
import type { EventRecord } from '@sluice/messaging';
import { errors } from '../errors.ts';

/** Source of everything this service publishes. */
const source = 'canonical-mapper';

/**
 * Maps one vendor event to its canonical events, by the mappings in force when it happened.
 *
 * A pure function: the same event gives the same events, ids included, however often it is
 * mapped. Tenant, key, time and version pass through; the order joins what belongs together.
 * @throws PermanentFailure MAPPING_UNMAPPED, or naming the field that cannot be mapped.
 */
export function mapEvent(event: EventRecord, mappings: MappingSet): readonly EventRecord[] {
  const data = event.data as unknown as Readonly<Record<string, unknown>>;
  const matching = mappings
    .inForce(event.type, event.time)
    .filter((mapping) => mapping.matches(data));
  if (matching.length > 0) return matching.map((mapping) => mapped(event, data, mapping));
  throw errors.failure('MAPPING_UNMAPPED', {
    detail: `No mapping takes ${event.type}${describe(data)}`,
    details: { type: event.type },
  });
}

function mapped(
  event: EventRecord,
  data: Readonly<Record<string, unknown>>,
  mapping: Mapping,
): EventRecord {
  const lineage = mapping.lineageOf(event.id, event.type);
  const correlationId = event.correlationId ?? textOf(data['orderId']);
  return {
    id: deriveId(event.id, mapping.name),
    // The loader has checked both: the mapping's target is an event type, and it builds that type.
    type: mapping.to as EventType,
    data: { ...mapping.apply(data), lineage } as unknown as EventMap[EventType],
    source,
    tenant: event.tenant,
    key: event.key,
    ...(event.subject === undefined ? {} : { subject: event.subject }),
    time: event.time,
    ...(event.version === undefined ? {} : { version: event.version }),
    causationId: event.id,
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    ...(event.tracestate === undefined ? {} : { tracestate: event.tracestate }),
  };
}

/** Says what the event was about, where its type alone does not. */
function describe(data: Readonly<Record<string, unknown>>): string {
  const eventType = textOf(data['eventType']);
  const state = textOf(data['state']);
  if (state !== undefined) return ` in state ${state}`;
  return eventType === undefined ? '' : ` of vendor type ${eventType}`;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, 100) : undefined;
}
