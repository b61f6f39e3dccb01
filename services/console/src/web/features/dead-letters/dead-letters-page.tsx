import { Button, Drawer, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { DeadLetterView } from '../../../views.ts';
import { deadLettersQuery, frameQuery } from '../../api/queries.ts';
import { formatExact } from '../../parts/format.ts';
import { EmptyState, FailureNotice, LoadingRows, PageHead } from '../../parts/page-states.tsx';
import { RowList, type Column } from '../../parts/row-list.tsx';
import { ShortId } from '../../parts/short-id.tsx';
import { When } from '../../parts/when.tsx';
import { optional } from '../../search-params.ts';
import { TraceLink } from '../story/trace-link.tsx';

const route = getRouteApi('/dead-letters');

/** Messages that consumers gave up, with the reason. */
export function DeadLettersPage() {
  const { code, open } = route.useSearch();
  const navigate = route.useNavigate();
  const found = useInfiniteQuery(deadLettersQuery(code));
  const rows = useMemo(() => found.data?.pages.flatMap(({ items }) => items) ?? [], [found.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const loadMore = hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined;
  const chosen = rows.find(({ id }) => id === open);
  const show = (row: DeadLetterView): void =>
    void navigate({ search: (before) => ({ ...before, open: row.id }), resetScroll: false });
  const close = (): void =>
    void navigate({ search: ({ code: kept }) => optional('code', kept), resetScroll: false });
  return (
    <>
      <PageHead title="Dead letters" sentence="Messages that a consumer gave up, with the reason.">
        {code === undefined ? null : (
          <Button size="xs" variant="default" onClick={() => void navigate({ search: {} })}>
            Only {code} · show all
          </Button>
        )}
      </PageHead>
      {found.isError ? (
        <FailureNotice error={found.error} retry={() => void found.refetch()} />
      ) : null}
      {found.isPending ? <LoadingRows /> : null}
      {found.isSuccess && rows.length === 0 ? (
        <EmptyState
          title="No dead letters"
          sentence="Every message was handled, or waits with its key."
        />
      ) : null}
      {rows.length === 0 ? null : (
        <RowList
          label="Dead letters"
          rows={rows}
          columns={columns}
          cardHeight={84}
          card={(row) => <LetterCard row={row} />}
          keyOf={({ id }) => id}
          open={show}
          loadMore={loadMore}
        />
      )}
      <Drawer
        opened={chosen !== undefined}
        onClose={close}
        position="right"
        size="lg"
        title="Dead letter"
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        {chosen === undefined ? null : <Letter letter={chosen} />}
      </Drawer>
    </>
  );
}

function LetterLink({ row }: { readonly row: DeadLetterView }) {
  return (
    <Link
      to="/dead-letters"
      search={(before) => ({ ...before, open: row.id })}
      resetScroll={false}
      className="rowlink bad"
      data-testid="dead-letter-link"
    >
      {row.code}
    </Link>
  );
}

const columns: readonly Column<DeadLetterView>[] = [
  { name: 'Reason', width: '15rem', cell: (row) => <LetterLink row={row} /> },
  { name: 'Consumer', width: '15rem', cell: (row) => row.group },
  { name: 'What happened', cell: (row) => <span title={row.message}>{row.message}</span> },
  { name: 'Times', width: '4.5rem', isNumber: true, cell: (row) => row.times },
  { name: 'Last', width: '7rem', isNumber: true, cell: (row) => <When at={row.lastAt} /> },
];

function LetterCard({ row }: { readonly row: DeadLetterView }) {
  return (
    <div className="card">
      <span className="line">
        <LetterLink row={row} />
        <span className="soft">
          <When at={row.lastAt} />
        </span>
      </span>
      <div className="cut">{row.message}</div>
      <div className="cut soft">{row.group}</div>
    </div>
  );
}

function Letter({ letter }: { readonly letter: DeadLetterView }) {
  const { data: frame } = useQuery(frameQuery);
  const { orderId, traceId, eventId } = letter;
  return (
    <div data-testid="dead-letter">
      <Text fw={600} className="bad">
        {letter.code}
      </Text>
      <Text mb="sm">{letter.message}</Text>
      <dl className="facts">
        <dt>Consumer</dt>
        <dd>{letter.group}</dd>
        <dt>Came from</dt>
        <dd className="mono">
          {letter.originalTopic} / {letter.originalPartition} / {letter.originalOffset}
        </dd>
        <dt>Lies on</dt>
        <dd className="mono">{letter.topic}</dd>
        <dt>Key</dt>
        <dd>
          <ShortId id={letter.key} isWhole />
        </dd>
        {eventId === null ? null : (
          <>
            <dt>Event</dt>
            <dd>
              <span className="mono">{letter.type}</span> <ShortId id={eventId} />
            </dd>
          </>
        )}
        {orderId === null ? null : (
          <>
            <dt>Order</dt>
            <dd>
              <Link to="/orders/$orderId" params={{ orderId }}>
                Its story
              </Link>
            </dd>
          </>
        )}
        {traceId === null ? null : (
          <>
            <dt>Trace</dt>
            <dd>
              <TraceLink traceId={traceId} zipkinUrl={frame?.zipkinUrl ?? ''} />
            </dd>
          </>
        )}
        <dt>Error</dt>
        <dd>
          {letter.errorName}, attempt {letter.attempts}
        </dd>
        <dt>First</dt>
        <dd>{formatExact(letter.firstAt)}</dd>
        <dt>Last</dt>
        <dd>
          {formatExact(letter.lastAt)}, {letter.times} times
        </dd>
      </dl>
      <Text mt="sm" mb={4} className="soft">
        Payload, {letter.payloadBytes} bytes
      </Text>
      <pre className="pre mono" tabIndex={0} aria-label="Payload">
        {letter.preview}
      </pre>
    </div>
  );
}
