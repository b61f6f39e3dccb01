import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const dayMs = 24 * 60 * 60 * 1000;
const deadLetterBytesMax = 2_097_152;

/** How strictly the schemas of a topic may change. */
export type TopicKind = 'vendor' | 'canonical' | 'internal';

/** One topic of the catalogue. */
export interface CatalogueTopic {
  readonly name: string;
  readonly kind: TopicKind;
  readonly partitions: number;
  readonly retentionMs: number;
  /** Full names of the records it carries. */
  readonly records: readonly string[];
}

/** A dead letter topic: it carries raw bytes, so it has no records. */
export interface DeadLetterTopic {
  readonly name: string;
  readonly partitions: number;
  readonly retentionMs: number;
  /** Twice what brokers take by default: a message that fitted its topic fits here with our headers too. */
  readonly messageBytesMax: number;
}

export interface TopicCatalogue {
  readonly topics: readonly CatalogueTopic[];
  readonly deadLetters: readonly DeadLetterTopic[];
}

interface TopicEntry {
  kind: TopicKind;
  partitions?: number;
  retentionDays?: number;
  records: string[];
  groups: string[];
}

interface CatalogueFile {
  defaults: { partitions: number; retentionDays: number; deadLetterRetentionDays: number };
  topics: Record<string, TopicEntry>;
  projections?: string[];
}

/** Reads the catalogue of topics. Dead letter topics follow from the consumer groups it names. */
export function readTopicCatalogue(file: string): TopicCatalogue {
  return parseTopicCatalogue(readFileSync(file, 'utf8'));
}

export function parseTopicCatalogue(text: string): TopicCatalogue {
  const { defaults, topics: entries, projections = [] } = parse(text) as CatalogueFile;
  const topics = Object.entries(entries).map(([name, entry]) => ({
    name,
    kind: entry.kind,
    partitions: entry.partitions ?? defaults.partitions,
    retentionMs: (entry.retentionDays ?? defaults.retentionDays) * dayMs,
    records: entry.records,
  }));
  const deadLetters = Object.entries(entries).flatMap(([topic, entry]) =>
    [...entry.groups, ...projections].map((group) => ({
      name: `${topic}.${group}.dlt`,
      // As many as the topic itself, so that a dead letter keeps the partition of its event.
      partitions: entry.partitions ?? defaults.partitions,
      retentionMs: defaults.deadLetterRetentionDays * dayMs,
      messageBytesMax: deadLetterBytesMax,
    })),
  );
  return { topics, deadLetters };
}
