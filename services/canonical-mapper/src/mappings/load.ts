import { type EventType, eventTypes } from '@sluice/contracts';
import { loadMappings, type MappingSet, shapeFromAvro } from '@sluice/mapping';

/**
 * Loads the mapping documents against the schemas of all events.
 * @throws DocumentRejected with every fault, each with file, line and column.
 */
export function loadCanonicalMappings(folder: string): MappingSet {
  const shapes = new Map(
    Object.entries(eventTypes).map(([type, { schema }]) => [type, shapeFromAvro(schema)]),
  );
  return loadMappings(folder, { shapes });
}

/** Every event type the mappings make; their schemas must be registered before the start. */
export function targetsOf(mappings: MappingSet): readonly EventType[] {
  const types = mappings.mappings.map((mapping) => mapping.to);
  return [...new Set(types)].filter((type): type is EventType => type in eventTypes);
}
