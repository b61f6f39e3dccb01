import { PermanentFailure } from '@sluice/failure';
import type { Shape } from './shape.ts';

/** Source data of a mapping: an event's fields, a vendor's body, or the context of a flow run. */
export type MappingSource = Readonly<Record<string, unknown>>;

/** Where a value was made from: source event, mapping and version. */
export interface MappingLineage {
  readonly sourceEventId: string;
  readonly sourceType: string;
  readonly mapping: string;
  readonly mappingVersion: bigint;
}

/** A test that stands in the mapping's own document; both files are relative to its folder. */
export interface MappingTestCase {
  readonly name: string;
  /** JSON file with the source. */
  readonly given: string;
  /** JSON file with the expected output, or undefined where an error is expected. */
  readonly expect?: string;
  /** Failure code that must be raised instead of an output. */
  readonly fails?: string;
}

/** What a mapping document says, compiled. */
export interface MappingDefinition {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  /** Name of the source shape. */
  readonly from: string;
  /** Name of the target shape. */
  readonly to: string;
  readonly source: Shape;
  readonly target: Shape;
  /** First instant, in microseconds, at which this version is in force. */
  readonly sinceMicros: bigint;
  readonly folder: string;
  readonly tests: readonly MappingTestCase[];
  readonly accepts: (source: MappingSource) => boolean;
  readonly build: (source: MappingSource) => Record<string, unknown>;
}

/**
 * One target of one version of a mapping document, compiled to closures; immutable, no side effects.
 */
export class Mapping {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly definition: MappingDefinition;

  constructor(definition: MappingDefinition) {
    this.definition = definition;
    this.name = definition.name;
    this.version = definition.version;
    this.title = definition.title;
    this.from = definition.from;
    this.to = definition.to;
  }

  /** True when the document's conditions for this target hold, or when it has none. */
  matches(source: MappingSource): boolean {
    return this.definition.accepts(source);
  }

  /**
   * Builds the target from the source.
   *
   * A target of a known shape comes out complete (defaults of its schema filled in), except for
   * `lineage`, which the caller adds; a free-form target carries only the fields that have a value.
   * @throws PermanentFailure naming mapping and field: MAPPING_REQUIRED_FIELD, MAPPING_WRONG_TYPE,
   * MAPPING_LOOKUP_MISSED, or a MONEY_ code.
   */
  apply(source: MappingSource): Record<string, unknown> {
    return this.definition.build(source);
  }

  /** Lineage of what this mapping makes from the named event. */
  lineageOf(sourceEventId: string, sourceType: string): MappingLineage {
    return {
      sourceEventId,
      sourceType,
      mapping: this.name,
      mappingVersion: BigInt(this.version),
    };
  }
}

/** What is in force from an instant on, until the next one. */
interface Period {
  readonly sinceMicros: bigint;
  readonly mappings: readonly Mapping[];
}

/** All mappings of a folder, every version of each. */
export class MappingSet {
  readonly mappings: readonly Mapping[];
  private readonly versionsByName = new Map<string, Mapping[]>();
  /** By the shape that is mapped, the latest first; every event asks for them. */
  private readonly periodsByFrom = new Map<string, readonly Period[]>();

  constructor(mappings: readonly Mapping[]) {
    this.mappings = mappings;
    const ascending = mappings.toSorted((a, b) => a.version - b.version);
    for (const mapping of ascending) {
      const versions = this.versionsByName.get(mapping.name) ?? [];
      versions.push(mapping);
      this.versionsByName.set(mapping.name, versions);
    }
    const begins = new Set(mappings.map(({ definition }) => definition.sinceMicros));
    const latestFirst = [...begins].toSorted((a, b) => (a < b ? 1 : -1));
    for (const from of new Set(mappings.map((mapping) => mapping.from))) {
      const periods = latestFirst.map((sinceMicros) => ({
        sinceMicros,
        mappings: this.beginning(from, sinceMicros),
      }));
      this.periodsByFrom.set(from, periods);
    }
  }

  /**
   * The named version, or the newest without one; undefined when there is none. Of a document
   * with several targets it is the first target.
   */
  find(name: string, version?: number): Mapping | undefined {
    const versions = this.versionsByName.get(name) ?? [];
    const wanted = version ?? versions.at(-1)?.version;
    return versions.find((mapping) => mapping.version === wanted);
  }

  /** Finds by reference as flows write it: `name` or `name:version`. */
  findReference(reference: string): Mapping | undefined {
    const [name = '', version] = reference.split(':', 2);
    return version === undefined ? this.find(name) : this.find(name, Number(version));
  }

  /** As {@link MappingSet.find}. @throws PermanentFailure MAPPING_UNKNOWN. */
  get(name: string, version?: number): Mapping {
    const mapping = this.find(name, version);
    if (mapping !== undefined) return mapping;
    const wanted = version === undefined ? name : `${name}:${version}`;
    throw new PermanentFailure('MAPPING_UNKNOWN', `There is no mapping ${wanted}`);
  }

  /** Of each mapping from this shape, all targets of the newest version in force at the instant. */
  inForce(from: string, atMicros: bigint): readonly Mapping[] {
    const periods = this.periodsByFrom.get(from);
    return periods?.find(({ sinceMicros }) => sinceMicros <= atMicros)?.mappings ?? [];
  }

  private beginning(from: string, atMicros: bigint): readonly Mapping[] {
    return [...this.versionsByName.values()].flatMap((versions) => {
      const newest = versions.findLast(({ definition }) => definition.sinceMicros <= atMicros);
      return versions.filter(
        (mapping) => mapping.version === newest?.version && mapping.from === from,
      );
    });
  }
}
