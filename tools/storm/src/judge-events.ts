import type { TopicRecord } from '@sluice/end-to-end';
import type { StormEvidence } from './evidence.ts';

/**
 * Keys whose events stand on their topic in another order than that of their versions, or with one missing.
 *
 * An event may be there more than once, because relays repeat; its first time counts.
 */
export function appliedOutOfOrder({ records }: StormEvidence): string[] {
  const seen = new Set<string>();
  const last = new Map<string, bigint>();
  const found: string[] = [];
  for (const { topic, key, headers } of records) {
    const { ce_id: id, ce_version: version, ce_source: source } = headers;
    if (version === undefined || id === undefined || topic.endsWith('.dlt')) continue;
    const event = `${topic} ${id}`;
    if (seen.has(event)) continue;
    seen.add(event);
    const about = `${key} of ${source ?? ''} on ${topic}`;
    const before = last.get(about);
    const now = BigInt(version);
    if (before !== undefined && now !== before + 1n) {
      found.push(`order: version ${now} of ${about} came after ${before}`);
    }
    last.set(about, now);
  }
  return found;
}

/**
 * Events that a consumer should have taken and did not.
 *
 * Which types a consumer takes is read off what it has taken: whoever has seen one event of a type must have seen all
 * of them, or have them parked, or have given them up as a dead letter. The console takes everything.
 */
export function consumedAndForgotten(evidence: StormEvidence): string[] {
  const live = evidence.records.filter(({ topic }) => !topic.endsWith('.dlt'));
  return [...forgottenByInboxes(evidence, live), ...forgottenByConsole(evidence, live)];
}

function forgottenByInboxes(
  { inbox, records, parkedKeys }: StormEvidence,
  live: readonly TopicRecord[],
): string[] {
  const typeOf = new Map(live.map(({ headers }) => [headers['ce_id'], typeAndTopic(headers)]));
  const taken = new Map<string, Set<string>>();
  const types = new Map<string, Set<string>>();
  for (const { service, consumer, event_id: id } of inbox) {
    const name = `${service}/${String(consumer)}`;
    taken.set(name, (taken.get(name) ?? new Set()).add(String(id)));
    const type = typeOf.get(String(id));
    if (type !== undefined) types.set(name, (types.get(name) ?? new Set()).add(type));
  }
  const deadLetters = new Set(
    records.filter(({ topic }) => topic.endsWith('.dlt')).map(({ headers }) => headers['ce_id']),
  );
  const parked = new Set(parkedKeys.map(({ key }) => String(key)));
  return [...taken].flatMap(([name, ids]) =>
    live
      .filter(({ headers }) => types.get(name)?.has(typeAndTopic(headers)))
      .filter(({ key, headers }) => {
        const id = headers['ce_id'] ?? '';
        return !ids.has(id) && !deadLetters.has(id) && !parked.has(key);
      })
      .map(({ topic, headers }) => `lost: ${name} has not taken ${topic} ${headers['ce_id']}`),
  );
}

function forgottenByConsole({ timeline }: StormEvidence, live: readonly TopicRecord[]): string[] {
  const shown = new Set(timeline.map(({ event_id: id }) => String(id)));
  return live
    .filter(({ headers }) => headers['ce_id'] !== undefined && !shown.has(headers['ce_id']))
    .map(({ topic, headers }) => `lost: the console does not show ${topic} ${headers['ce_id']}`);
}

function typeAndTopic(headers: Readonly<Record<string, string>>): string {
  return headers['ce_type'] ?? '';
}
