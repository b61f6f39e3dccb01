import { Switch, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleAlert, CircleCheck } from 'lucide-react';
import { useMemo } from 'react';
import type { BreakView, ReportView } from '../../../views.ts';
import { breaksQuery, reportsQuery } from '../../api/queries.ts';
import { Amount } from '../../parts/amount.tsx';
import { inWords } from '../../parts/format.ts';
import { EmptyState, FailureNotice, LoadingRows, PageHead } from '../../parts/page-states.tsx';
import { RowList, type Column } from '../../parts/row-list.tsx';
import { Standing } from '../../parts/state.tsx';
import { When } from '../../parts/when.tsx';

const route = getRouteApi('/reconciliation');

/** Where gateway and Books disagree, and how the reports came out. */
export function ReconciliationPage() {
  const { resolved = false } = route.useSearch();
  const navigate = route.useNavigate();
  const found = useInfiniteQuery(breaksQuery(resolved));
  const rows = useMemo(() => found.data?.pages.flatMap(({ items }) => items) ?? [], [found.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const loadMore = hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined;
  return (
    <>
      <PageHead title="Reconciliation" sentence="Settlement of the gateway against Books.">
        <Switch
          size="xs"
          label="Resolved too"
          checked={resolved}
          onChange={() => void navigate({ search: resolved ? {} : { resolved: true } })}
        />
      </PageHead>
      <Reports />
      <Title order={2} mt="md" mb={4}>
        Breaks
      </Title>
      {found.isError ? (
        <FailureNotice error={found.error} retry={() => void found.refetch()} />
      ) : null}
      {found.isPending ? <LoadingRows rows={4} /> : null}
      {found.isSuccess && rows.length === 0 ? (
        <EmptyState
          title="No open break"
          sentence="Gateway and Books agree on every line that was reported."
        />
      ) : null}
      {rows.length === 0 ? null : (
        <RowList
          label="Breaks"
          rows={rows}
          columns={columns}
          cardHeight={104}
          card={(row) => <BreakCard row={row} />}
          keyOf={({ breakId }) => breakId}
          loadMore={loadMore}
        />
      )}
    </>
  );
}

function Reports() {
  const { data } = useQuery(reportsQuery);
  if (data === undefined || data.length === 0) return null;
  return (
    <table className="grid" aria-label="Reports" style={{ maxWidth: 720 }}>
      <thead>
        <tr>
          <th scope="col">Report</th>
          <th scope="col" className="number" style={{ width: '22%' }}>
            Lines
          </th>
          <th scope="col" className="number" style={{ width: '22%' }}>
            Matched
          </th>
          <th scope="col" className="number" style={{ width: '18%' }}>
            Breaks
          </th>
        </tr>
      </thead>
      <tbody>
        {data.map((report) => (
          <ReportRow key={report.reportId} report={report} />
        ))}
      </tbody>
    </table>
  );
}

function ReportRow({ report }: { readonly report: ReportView }) {
  const { reportId, reportDate, merchantId, lineCount, matchedCount, openBreaks } = report;
  return (
    <tr>
      <td className="cut" title={reportId}>
        {reportDate} <span className="soft">{merchantId}</span>
      </td>
      <td className="number">{lineCount}</td>
      <td className="number">{matchedCount}</td>
      <td className={openBreaks > 0 ? 'number bad' : 'number'}>{openBreaks}</td>
    </tr>
  );
}

function BreakKind({ row }: { readonly row: BreakView }) {
  return row.resolvedAt === null ? (
    <Standing tone="bad" icon={CircleAlert} words={inWords(row.kind)} />
  ) : (
    <Standing tone="good" icon={CircleCheck} words={`${inWords(row.kind)}, resolved`} />
  );
}

function BreakLink({ row }: { readonly row: BreakView }) {
  if (row.orderId !== null) {
    return (
      <Link to="/orders/$orderId" params={{ orderId: row.orderId }} className="rowlink">
        Story
      </Link>
    );
  }
  const id = row.paymentId ?? row.transactionId;
  if (id === null) return <span className="soft">–</span>;
  return (
    <Link to="/payments" search={{ query: id }} className="rowlink">
      Find
    </Link>
  );
}

const columns: readonly Column<BreakView>[] = [
  { name: 'Break', width: '14rem', cell: (row) => <BreakKind row={row} /> },
  { name: 'What differs', cell: (row) => <span title={row.explanation}>{row.explanation}</span> },
  {
    name: 'Gateway',
    width: '9rem',
    isNumber: true,
    cell: (row) => <Amount money={row.gatewayAmount} />,
  },
  {
    name: 'Books',
    width: '9rem',
    isNumber: true,
    cell: (row) => <Amount money={row.booksAmount} />,
  },
  { name: 'Payment', width: '5rem', cell: (row) => <BreakLink row={row} /> },
  { name: 'Found', width: '7rem', isNumber: true, cell: (row) => <When at={row.detectedAt} /> },
];

function BreakCard({ row }: { readonly row: BreakView }) {
  return (
    <div className="card">
      <span className="line">
        <BreakKind row={row} />
        <BreakLink row={row} />
      </span>
      <span className="line">
        <span>
          <span className="soft">Gateway</span> <Amount money={row.gatewayAmount} />
        </span>
        <span>
          <span className="soft">Books</span> <Amount money={row.booksAmount} />
        </span>
      </span>
      <div className="cut soft">{row.explanation}</div>
    </div>
  );
}
