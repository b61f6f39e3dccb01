import { Anchor } from '@mantine/core';
import { ExternalLink } from 'lucide-react';
import { ShortId } from '../../parts/short-id.tsx';

/** A trace by its id, with a link where a viewer is known. */
export function TraceLink({
  traceId,
  zipkinUrl,
}: {
  readonly traceId: string;
  readonly zipkinUrl: string;
}) {
  if (zipkinUrl === '') return <ShortId id={traceId} />;
  return (
    <Anchor
      href={`${zipkinUrl}/zipkin/traces/${traceId}`}
      target="_blank"
      rel="noreferrer"
      fz="sm"
      data-testid="trace-link"
    >
      <span className="mono">{traceId.slice(0, 12)}…</span>{' '}
      <ExternalLink size={12} aria-label="opens in the trace viewer" />
    </Anchor>
  );
}
