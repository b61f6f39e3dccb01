import type { DeadLetterView, LineageView, TimelineEntryView } from '../views.ts';
import { describeEvent } from './describe-event.ts';

/** A hop as it is stored. */
export interface StoredHop {
  readonly eventId: string;
  /** Grows in the order in which hops were seen. */
  readonly seq: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly type: string;
  readonly source: string;
  readonly key: string;
  readonly happenedAt: Date;
  readonly publishedAt: Date;
  readonly causationId: string | null;
  readonly traceId: string | null;
  readonly data: unknown;
  readonly fault: string | null;
}

/**
 * Hops and dead letters as one story: by the time of publication, causes before their effects where
 * that is the same, each with its gap to the hop before.
 */
export function tellStory(
  hops: readonly StoredHop[],
  letters: readonly DeadLetterView[],
): readonly TimelineEntryView[] {
  const depthOf = depths(hops);
  const ordered = hops.toSorted(
    (left, right) =>
      left.publishedAt.getTime() - right.publishedAt.getTime() ||
      depthOf(left.eventId) - depthOf(right.eventId) ||
      Number(left.seq) - Number(right.seq),
  );
  const entries = [...ordered.map(entryOf), ...letters.map(letterEntry)].toSorted(
    (left, right) => Date.parse(left.at) - Date.parse(right.at),
  );
  return entries.map((entry, index) => ({ ...entry, gapMs: gap(entries[index - 1], entry) }));
}

function gap(before: TimelineEntryView | undefined, entry: TimelineEntryView): number | null {
  return before === undefined ? null : Date.parse(entry.at) - Date.parse(before.at);
}

/** How many known causes stand before an event; a circle, which only a forged event makes, ends the count. */
function depths(hops: readonly StoredHop[]): (eventId: string) => number {
  const causes = new Map(hops.map(({ eventId, causationId }) => [eventId, causationId]));
  const known = new Map<string, number>();
  const depthOf = (eventId: string): number => {
    const path: string[] = [];
    const seen = new Set<string>();
    let at: string | null | undefined = eventId;
    while (typeof at === 'string' && causes.has(at) && !known.has(at) && !seen.has(at)) {
      path.push(at);
      seen.add(at);
      at = causes.get(at);
    }
    let depth = typeof at === 'string' ? (known.get(at) ?? 0) : 0;
    for (const id of path.toReversed()) known.set(id, (depth += 1));
    return known.get(eventId) ?? 0;
  };
  return depthOf;
}

function entryOf(hop: StoredHop): TimelineEntryView {
  const { title, detail, tone } =
    hop.fault === null
      ? describeEvent(hop.type, hop.data)
      : { title: `Unreadable: ${hop.type}`, detail: hop.fault, tone: 'failed' as const };
  return {
    id: hop.eventId,
    kind: 'event',
    type: hop.type,
    title,
    detail,
    tone,
    service: hop.source,
    topic: hop.topic,
    partition: hop.partition,
    offset: hop.offset,
    key: hop.key,
    at: hop.publishedAt.toISOString(),
    happenedAt: hop.happenedAt.toISOString(),
    gapMs: null,
    causationId: hop.causationId,
    traceId: hop.traceId,
    lineage: lineageOf(hop.data),
    effectKey: textField(hop.data, 'effectKey'),
    data: hop.data,
    fault: hop.fault,
  };
}

function letterEntry(letter: DeadLetterView): TimelineEntryView {
  const at = new Date(letter.firstAt).toISOString();
  return {
    id: `dead-letter ${letter.id}`,
    kind: 'dead-letter',
    type: letter.type ?? 'unknown',
    title: `Dead letter ${letter.code}`,
    detail: letter.message,
    tone: 'failed',
    service: letter.group.split('.')[0] ?? letter.group,
    topic: letter.topic,
    partition: letter.originalPartition,
    offset: letter.originalOffset,
    key: letter.key,
    at,
    happenedAt: at,
    gapMs: null,
    causationId: letter.eventId,
    traceId: letter.traceId,
    lineage: null,
    effectKey: null,
    data: null,
    fault: null,
  };
}

function lineageOf(data: unknown): LineageView | null {
  const lineage = field(data, 'lineage') as Partial<LineageView> | null;
  if (lineage === null || typeof lineage.mapping !== 'string') return null;
  const { sourceEventId = '', sourceType = '', mapping, mappingVersion = 0 } = lineage;
  return { sourceEventId, sourceType, mapping, mappingVersion };
}

function textField(data: unknown, name: string): string | null {
  const value = field(data, name);
  return typeof value === 'string' ? value : null;
}

function field(data: unknown, name: string): unknown {
  if (typeof data !== 'object' || data === null) return null;
  return (data as Readonly<Record<string, unknown>>)[name] ?? null;
}
