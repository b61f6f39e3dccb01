import { formatAgo, formatExact } from './format.ts';
import { useNowMs } from './now.ts';

/** How long ago something happened; the exact instant on hover. */
export function When({ at }: { readonly at: string }) {
  const nowMs = useNowMs();
  return (
    <time dateTime={at} title={formatExact(at)}>
      {formatAgo(at, nowMs)}
    </time>
  );
}
