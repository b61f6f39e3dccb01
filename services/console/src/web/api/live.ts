import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ChangesView } from '../../views.ts';
import { keysByArea } from './queries.ts';

/** True while the page is told of changes as they happen. */
export function useLiveUpdates(): boolean {
  const queryClient = useQueryClient();
  const [isLive, setIsLive] = useState(false);
  useEffect(() => {
    let last: ChangesView | undefined;
    const source = new EventSource('/api/v1/events');
    source.addEventListener('open', () => setIsLive(true));
    source.addEventListener('error', () => setIsLive(false));
    source.addEventListener('change', (event: MessageEvent<string>) => {
      const changes = JSON.parse(event.data) as ChangesView;
      for (const area of movedAreas(last, changes)) {
        for (const queryKey of keysByArea[area]) {
          void queryClient.invalidateQueries({ queryKey: [...queryKey] });
        }
      }
      last = changes;
    });
    return () => source.close();
  }, [queryClient]);
  return isLive;
}

/** Areas whose counter differs; none on the first word, which only says where the counters stand. */
export function movedAreas(
  last: ChangesView | undefined,
  next: ChangesView,
): readonly (keyof ChangesView)[] {
  if (last === undefined) return [];
  return (Object.keys(keysByArea) as (keyof ChangesView)[]).filter(
    (area) => last[area] !== next[area],
  );
}
