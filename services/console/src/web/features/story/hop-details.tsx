import type { TimelineEntryView } from '../../../views.ts';
import { formatExact } from '../../parts/format.ts';
import { ShortId } from '../../parts/short-id.tsx';
import { EffectDetails } from './effect-details.tsx';
import { fieldsOf, type StoryItem } from './story-items.ts';
import { HopLink } from './hop-link.tsx';
import type { StoryLinks } from './story-links.ts';
import { TraceLink } from './trace-link.tsx';

/** Everything about one hop: where it stands, where it comes from, its fields, its attempts. */
export function HopDetails({
  item,
  links,
}: {
  readonly item: StoryItem;
  readonly links: StoryLinks;
}) {
  const { entry, effects } = item;
  return (
    <div className="inside" data-testid="hop-details">
      {entry === null ? null : <Envelope entry={entry} links={links} />}
      {effects.map((effect) => (
        <EffectDetails key={effect.key} effect={effect} zipkinUrl={links.zipkinUrl} />
      ))}
      {entry === null ? null : <Fields data={entry.data} />}
    </div>
  );
}

function Envelope({
  entry,
  links,
}: {
  readonly entry: TimelineEntryView;
  readonly links: StoryLinks;
}) {
  const { type, id, kind, topic, partition, offset, happenedAt, causationId, lineage, traceId } =
    entry;
  return (
    <dl className="facts">
      <dt>Event</dt>
      <dd>
        <span className="mono">{type}</span> {kind === 'event' ? <ShortId id={id} /> : null}
      </dd>
      <dt>Place</dt>
      <dd className="mono">
        {topic} / {partition} / {offset}
      </dd>
      <dt>Happened</dt>
      <dd>{formatExact(happenedAt)}</dd>
      {lineage === null ? null : (
        <>
          <dt>Lineage</dt>
          <dd data-testid="lineage">
            from <HopLink id={lineage.sourceEventId} links={links} />{' '}
            <span className="mono">{lineage.sourceType}</span>, by mapping <b>{lineage.mapping}</b>{' '}
            version {lineage.mappingVersion}
          </dd>
        </>
      )}
      {causationId === null ? null : (
        <>
          <dt>Follows from</dt>
          <dd>
            <HopLink id={causationId} links={links} />
          </dd>
        </>
      )}
      {traceId === null ? null : (
        <>
          <dt>Trace</dt>
          <dd>
            <TraceLink traceId={traceId} zipkinUrl={links.zipkinUrl} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Fields({ data }: { readonly data: unknown }) {
  const fields = fieldsOf(data);
  if (fields.length === 0) return null;
  return (
    <dl className="facts" data-testid="fields">
      {fields.map(([path, value]) => (
        <div key={path} style={{ display: 'contents' }}>
          <dt className="mono">{path}</dt>
          <dd className="mono">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
