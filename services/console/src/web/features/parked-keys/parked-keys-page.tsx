import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CirclePause, RotateCw } from 'lucide-react';
import type { ParkedKeyView } from '../../../views.ts';
import { parkedKeysQuery } from '../../api/queries.ts';
import { formatExact, formatLength, shortId } from '../../parts/format.ts';
import { useNowMs } from '../../parts/now.ts';
import {
  EmptyState,
  FailureNotice,
  LoadingRows,
  PageHead,
  Unanswered,
} from '../../parts/page-states.tsx';
import { RowList, type Column } from '../../parts/row-list.tsx';
import { ShortId } from '../../parts/short-id.tsx';
import { Standing } from '../../parts/state.tsx';
import { When } from '../../parts/when.tsx';

/** Keys whose events wait in their order, in every service. */
export function ParkedKeysPage() {
  const found = useQuery(parkedKeysQuery);
  const rows = found.data?.parkedKeys ?? [];
  return (
    <>
      <PageHead title="Parked keys" sentence="Their events wait in order; nothing overtakes." />
      {found.isError ? (
        <FailureNotice error={found.error} retry={() => void found.refetch()} />
      ) : null}
      {found.isPending ? <LoadingRows /> : null}
      <Unanswered services={found.data?.unanswered ?? []} />
      {found.isSuccess && rows.length === 0 ? (
        <EmptyState
          title="No key waits"
          sentence="Events flow, as far as every service answered."
        />
      ) : null}
      {rows.length === 0 ? null : (
        <RowList
          label="Parked keys"
          rows={rows}
          columns={columns}
          cardHeight={104}
          card={(row) => <KeyCard row={row} />}
          keyOf={(row) => `${row.service} ${row.consumer} ${row.key}`}
        />
      )}
    </>
  );
}

function KeyState({ state }: { readonly state: string }) {
  return state === 'quarantined' ? (
    <Standing tone="bad" icon={CirclePause} words="Waits for a person" />
  ) : (
    <Standing tone="waiting" icon={RotateCw} words="Is tried again" />
  );
}

function KeyLink({ row }: { readonly row: ParkedKeyView }) {
  return (
    <Link
      to="/payments"
      search={{ query: row.key }}
      className="rowlink mono"
      title={`Find ${row.key}`}
    >
      {shortId(row.key)}
    </Link>
  );
}

const columns: readonly Column<ParkedKeyView>[] = [
  { name: 'Key', width: '8.5rem', cell: (row) => <KeyLink row={row} /> },
  { name: 'State', width: '11rem', cell: (row) => <KeyState state={row.state} /> },
  {
    name: 'Service',
    width: '11rem',
    cell: (row) => <span title={row.consumer}>{row.service}</span>,
  },
  {
    name: 'Why',
    cell: (row) => (
      <span title={row.causeMessage}>
        {row.causeMessage}{' '}
        <span className="soft">
          ({row.causeCode}, {row.attempts} attempts)
        </span>
      </span>
    ),
  },
  { name: 'Events', width: '4.5rem', isNumber: true, cell: (row) => row.events },
  { name: 'Next', width: '6rem', isNumber: true, cell: (row) => <Next row={row} /> },
  { name: 'Since', width: '6.5rem', isNumber: true, cell: (row) => <When at={row.parkedAt} /> },
];

function Next({ row }: { readonly row: ParkedKeyView }) {
  const nowMs = useNowMs();
  if (row.state === 'quarantined') return <span className="soft">–</span>;
  const waitMs = Date.parse(row.nextAt) - nowMs;
  return (
    <time title={formatExact(row.nextAt)}>
      {waitMs <= 0 ? 'now' : `in ${formatLength(waitMs)}`}
    </time>
  );
}

function KeyCard({ row }: { readonly row: ParkedKeyView }) {
  return (
    <div className="card">
      <span className="line">
        <ShortId id={row.key} />
        <span className="soft">
          <When at={row.parkedAt} />
        </span>
      </span>
      <span className="line">
        <KeyState state={row.state} />
        <span>{row.events} events</span>
      </span>
      <div className="cut">{row.causeMessage}</div>
      <div className="cut soft">{row.consumer}</div>
    </div>
  );
}
