import { NativeSelect, SegmentedControl } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { paymentStates, type PaymentView } from '../../../views.ts';
import { paymentsQuery } from '../../api/queries.ts';
import { Amount } from '../../parts/amount.tsx';
import { inWords } from '../../parts/format.ts';
import { EmptyState, FailureNotice, LoadingRows, PageHead } from '../../parts/page-states.tsx';
import { RowList, type Column } from '../../parts/row-list.tsx';
import { PaymentState } from '../../parts/state.tsx';
import { When } from '../../parts/when.tsx';

const route = getRouteApi('/payments');

/** All payments, newest first, with search and a filter by state. */
export function PaymentsPage() {
  const filter = route.useSearch();
  const navigate = useNavigate();
  const found = useInfiniteQuery(paymentsQuery(filter));
  const rows = useMemo(() => found.data?.pages.flatMap(({ items }) => items) ?? [], [found.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  const loadMore = hasNextPage && !isFetchingNextPage ? () => void fetchNextPage() : undefined;
  return (
    <>
      <PageHead
        title="Payments"
        {...(filter.query === undefined ? {} : { sentence: `Found by “${filter.query}”` })}
      >
        <StateFilter state={filter.state} />
      </PageHead>
      {found.isError ? (
        <FailureNotice error={found.error} retry={() => void found.refetch()} />
      ) : null}
      {found.isPending ? <LoadingRows /> : null}
      {found.isSuccess && rows.length === 0 ? (
        <NothingFound isFiltered={isFiltered(filter)} />
      ) : null}
      {rows.length === 0 ? null : (
        <RowList
          label="Payments"
          rows={rows}
          columns={columns}
          cardHeight={82}
          card={(row) => <PaymentCard row={row} />}
          keyOf={(row) => row.paymentId ?? row.orderId}
          open={(row) => void navigate(addressOf(row))}
          loadMore={loadMore}
        />
      )}
    </>
  );
}

function isFiltered(filter: { query?: string; state?: string }): boolean {
  return filter.query !== undefined || filter.state !== undefined;
}

function NothingFound({ isFiltered }: { readonly isFiltered: boolean }) {
  return isFiltered ? (
    <EmptyState
      title="No payment found"
      sentence="The search takes the beginning of an order number, payment id, Zoho id, e-mail address or name."
    />
  ) : (
    <EmptyState
      title="No payments yet"
      sentence="Payments show here as soon as a shop places an order."
    />
  );
}

function StateFilter({ state }: { readonly state: string | undefined }) {
  const navigate = route.useNavigate();
  const choose = (value: string): void =>
    void navigate({
      search: ({ query }) => ({
        ...(query === undefined ? {} : { query }),
        ...(value === 'all' ? {} : { state: value }),
      }),
    });
  const isWide = useMediaQuery('(min-width: 62em)') ?? true;
  if (isWide) {
    const quick = ['all', 'captured', 'in_review', 'declined', 'refunded', 'awaiting_payment'];
    const shown = state === undefined || quick.includes(state) ? quick : [...quick, state];
    return (
      <SegmentedControl
        size="xs"
        aria-label="State"
        data-testid="state-filter"
        value={state ?? 'all'}
        onChange={choose}
        data={shown.map((value) => ({ value, label: inWords(value) }))}
      />
    );
  }
  return (
    <NativeSelect
      size="xs"
      aria-label="State"
      data-testid="state-filter"
      value={state ?? 'all'}
      onChange={(event) => choose(event.currentTarget.value)}
      data={['all', ...paymentStates].map((value) => ({ value, label: inWords(value) }))}
    />
  );
}

function addressOf({ paymentId, orderId }: PaymentView) {
  return paymentId === null
    ? ({ to: '/orders/$orderId', params: { orderId } } as const)
    : ({ to: '/payments/$paymentId', params: { paymentId } } as const);
}

function OrderLink({ row }: { readonly row: PaymentView }) {
  return (
    <Link {...addressOf(row)} className="rowlink" data-testid="payment-link">
      {row.orderNumber === '' ? row.orderId : row.orderNumber}
    </Link>
  );
}

const columns: readonly Column<PaymentView>[] = [
  { name: 'Order', width: '9rem', cell: (row) => <OrderLink row={row} /> },
  { name: 'State', width: '11.5rem', cell: (row) => <PaymentState state={row.state} /> },
  {
    name: 'Customer',
    width: '15rem',
    cell: (row) => (
      <span title={row.customerEmail}>{row.customerName || row.customerEmail || '–'}</span>
    ),
  },
  { name: 'Amount', width: '9.5rem', isNumber: true, cell: (row) => <Amount money={row.amount} /> },
  { name: 'What to know', cell: (row) => <Remark row={row} /> },
  { name: 'When', width: '7rem', isNumber: true, cell: (row) => <When at={row.at} /> },
];

function Remark({ row }: { readonly row: PaymentView }) {
  if (row.deadLetters > 0) {
    const words = row.deadLetters === 1 ? '1 dead letter' : `${row.deadLetters} dead letters`;
    return (
      <span className="state bad">
        <TriangleAlert size={14} aria-hidden /> {words}
      </span>
    );
  }
  if (row.refunded !== null) {
    return (
      <span className="soft">
        <Amount money={row.refunded} /> refunded
      </span>
    );
  }
  const card = row.cardLast4 === '' ? '' : `${inWords(row.cardBrand || 'card')} …${row.cardLast4}`;
  return (
    <span className="soft" title={row.reason}>
      {row.reason || card}
    </span>
  );
}

function PaymentCard({ row }: { readonly row: PaymentView }) {
  return (
    <Link {...addressOf(row)} className="card rowlink" data-testid="payment-link">
      <span className="line">
        <span>{row.orderNumber === '' ? row.orderId : row.orderNumber}</span>
        <Amount money={row.amount} />
      </span>
      <span className="line">
        <span className="cut soft">{row.customerName || row.customerEmail}</span>
        <span className="soft">
          <When at={row.at} />
        </span>
      </span>
      <span className="line">
        <PaymentState state={row.state} />
        <span className="cut">
          <Remark row={row} />
        </span>
      </span>
    </Link>
  );
}
