import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX } from 'lucide-react';
import type { ServiceHealthView } from '../../../views.ts';
import { healthQuery } from '../../api/queries.ts';
import { formatLength } from '../../parts/format.ts';
import { FailureNotice, LoadingRows, PageHead } from '../../parts/page-states.tsx';
import { RowList, type Column } from '../../parts/row-list.tsx';
import { Standing } from '../../parts/state.tsx';
import { figuresOf, troubleOf } from './health-figures.ts';

/** How every service stands: readiness, lag, and how old the oldest unpublished event is. */
export function HealthPage() {
  const found = useQuery(healthQuery);
  const services = found.data?.services ?? [];
  const down = services.filter(({ isReady }) => !isReady).length;
  const sentence =
    down === 0 ? 'Every service is ready.' : `${down} of ${services.length} are not ready.`;
  return (
    <>
      <PageHead title="Health" {...(found.isSuccess ? { sentence } : {})} />
      {found.isError ? (
        <FailureNotice error={found.error} retry={() => void found.refetch()} />
      ) : null}
      {found.isPending ? <LoadingRows rows={8} /> : null}
      {services.length === 0 ? null : (
        <RowList
          label="Services"
          rows={services}
          columns={columns}
          cardHeight={84}
          card={(row) => <ServiceCard row={row} />}
          keyOf={({ service }) => service}
        />
      )}
    </>
  );
}

type Row = ServiceHealthView;

function State({ row }: { readonly row: Row }) {
  return (
    <span data-testid="service-state" data-service={row.service} data-ready={row.isReady}>
      {row.isReady ? (
        <Standing tone="good" icon={CircleCheck} words="Ready" />
      ) : (
        <Standing
          tone="bad"
          icon={CircleX}
          words={row.unanswered === null ? 'Not ready' : 'Silent'}
        />
      )}
    </span>
  );
}

function Doing({ row }: { readonly row: Row }) {
  const trouble = troubleOf(row);
  if (trouble !== '')
    return (
      <span className="bad" title={trouble}>
        {trouble}
      </span>
    );
  return (
    <span className="soft">
      {row.consumers.map(({ group }) => group.split('.').at(-1)).join(', ')}
    </span>
  );
}

function Alarming(props: { readonly count: number | null }) {
  const { count } = props;
  return <span className={(count ?? 0) > 0 ? 'bad' : ''}>{count ?? '–'}</span>;
}

const columns: readonly Column<Row>[] = [
  { name: 'Service', width: '12rem', cell: ({ service }) => service },
  { name: 'State', width: '8rem', cell: (row) => <State row={row} /> },
  { name: 'Consumers', cell: (row) => <Doing row={row} /> },
  { name: 'Lag', width: '5rem', isNumber: true, cell: (row) => figuresOf(row).lag ?? '–' },
  {
    name: 'Oldest',
    width: '6rem',
    isNumber: true,
    cell: (row) => lengthOf(figuresOf(row).oldestAgeMs),
  },
  {
    name: 'Parked',
    width: '5rem',
    isNumber: true,
    cell: (row) => <Alarming count={figuresOf(row).parkedKeys} />,
  },
  {
    name: 'Held',
    width: '4.5rem',
    isNumber: true,
    cell: ({ heldKeys }) => <Alarming count={heldKeys} />,
  },
  {
    name: 'Outbox',
    width: '6rem',
    isNumber: true,
    cell: ({ outboxAgeMs }) => lengthOf(outboxAgeMs),
  },
];

function lengthOf(ms: number | null): string {
  return ms === null || ms === 0 ? '–' : formatLength(ms);
}

function ServiceCard({ row }: { readonly row: Row }) {
  const { lag, parkedKeys } = figuresOf(row);
  return (
    <div className="card">
      <span className="line">
        <span>{row.service}</span>
        <State row={row} />
      </span>
      <div className="cut">
        <Doing row={row} />
      </div>
      <div className="soft">
        lag {lag ?? '–'}, parked <Alarming count={parkedKeys} />, outbox {lengthOf(row.outboxAgeMs)}
      </div>
    </div>
  );
}
