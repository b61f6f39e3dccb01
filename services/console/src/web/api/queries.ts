import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type {
  BreakView,
  DeadLetterView,
  EffectsView,
  FrameView,
  HealthView,
  PageView,
  ParkedKeysView,
  PaymentView,
  ReportView,
  StoryView,
} from '../../views.ts';
import { read, type Parameters } from './client.ts';

/** Queries that move with each area of the live updates. */
export const keysByArea = {
  payments: [['payments'], ['story']],
  deadLetters: [['dead-letters'], ['frame']],
  breaks: [['breaks'], ['reports'], ['frame']],
} as const;

const pageRows = 100;

function paged<T>(key: readonly unknown[], path: string, parameters: Parameters) {
  return infiniteQueryOptions({
    queryKey: [...key, parameters],
    queryFn: ({ pageParam, signal }) =>
      read<PageView<T>>(path, {
        parameters: { ...parameters, limit: pageRows, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  });
}

export const paymentsQuery = (filter: { query?: string; state?: string }) =>
  paged<PaymentView>(['payments'], 'payments', filter);

export const deadLettersQuery = (code: string | undefined) =>
  paged<DeadLetterView>(['dead-letters'], 'dead-letters', { code });

export const breaksQuery = (withResolved: boolean) =>
  paged<BreakView>(['breaks'], 'reconciliation/breaks', { withResolved });

/** The story of a payment, or of an order that has none. */
export const storyQuery = (kind: 'payments' | 'orders', id: string) =>
  queryOptions({
    queryKey: ['story', kind, id],
    queryFn: ({ signal }) => read<StoryView>(`${kind}/${encodeURIComponent(id)}`, { signal }),
  });

/** Effects are asked for anew whenever the story has grown. */
export const effectsQuery = (orderId: string | undefined, hops: number) =>
  queryOptions({
    queryKey: ['effects', orderId, hops],
    queryFn: ({ signal }) =>
      read<EffectsView>(`orders/${encodeURIComponent(orderId ?? '')}/effects`, { signal }),
    enabled: orderId !== undefined,
    placeholderData: keepPreviousData,
  });

export const reportsQuery = queryOptions({
  queryKey: ['reports'],
  queryFn: ({ signal }) => read<readonly ReportView[]>('reconciliation/reports', { signal }),
});

export const parkedKeysQuery = queryOptions({
  queryKey: ['parked-keys'],
  queryFn: ({ signal }) => read<ParkedKeysView>('parked-keys', { signal }),
  refetchInterval: 10_000,
});

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => read<HealthView>('health', { signal }),
  refetchInterval: 5_000,
});

export const frameQuery = queryOptions({
  queryKey: ['frame'],
  queryFn: ({ signal }) => read<FrameView>('frame', { signal }),
});
