import { Box, Stack, Text } from '@mantine/core';
import { CircleCheck, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import type { PaymentView, ReferenceView, RunView, StoryView } from '../../../views.ts';
import { Amount } from '../../parts/amount.tsx';
import { inWords } from '../../parts/format.ts';
import { ShortId } from '../../parts/short-id.tsx';
import { PaymentState, Standing } from '../../parts/state.tsx';
import { When } from '../../parts/when.tsx';
import type { Tone } from '../../theme.ts';
import { HopAnchor } from './hop-link.tsx';
import { beginningOf, type StoryLinks } from './story-links.ts';

/** Who, how much, in what state, and which records elsewhere belong to it. */
export function StorySummary({
  story,
  links,
}: {
  readonly story: StoryView;
  readonly links: StoryLinks;
}) {
  const { order, payments, references, runs, orderId, entries } = story;
  const who = order ?? payments[0];
  return (
    <Stack gap={8} mb="md" data-testid="story-summary">
      {payments.map((payment) => (
        <PaymentLine key={payment.paymentId} payment={payment} />
      ))}
      {payments.length === 0 ? <PaymentState state="awaiting_payment" /> : null}
      <dl className="facts">
        {who === undefined ? null : (
          <>
            <dt>Customer</dt>
            <dd>
              {who.customerName} <span className="soft">{who.customerEmail}</span>
            </dd>
            <dt>Shop</dt>
            <dd>{who.shopId}</dd>
          </>
        )}
        {order === null ? null : (
          <>
            <dt>Placed</dt>
            <dd>
              <When at={order.placedAt} />, {order.lineCount}{' '}
              {order.lineCount === 1 ? 'line' : 'lines'}, <Amount money={order.total} />
            </dd>
          </>
        )}
        <dt>Order id</dt>
        <dd>
          <ShortId id={orderId} />
        </dd>
        {runs.length === 0 ? null : (
          <>
            <dt>Flows</dt>
            <dd>
              <div className="list">
                {runs.map((run) => (
                  <RunLine
                    key={run.runId}
                    run={run}
                    beginId={beginningOf(run.runId, entries)}
                    links={links}
                  />
                ))}
              </div>
            </dd>
          </>
        )}
        {references.length === 0 ? null : (
          <>
            <dt>Records</dt>
            <dd>
              <References references={references} />
            </dd>
          </>
        )}
      </dl>
    </Stack>
  );
}

function PaymentLine({ payment }: { readonly payment: PaymentView }) {
  const { state, amount, refunded, cardBrand, cardLast4, paymentId, reason } = payment;
  return (
    <Box className="list" fz="md">
      <span data-testid="payment-state" data-state={state}>
        <PaymentState state={state} />
      </span>
      <Text span fw={600}>
        <Amount money={amount} />
      </Text>
      {refunded === null ? null : (
        <span className="soft">
          <Amount money={refunded} /> refunded
        </span>
      )}
      {cardLast4 === '' ? null : (
        <span className="soft">
          {inWords(cardBrand === '' ? 'card' : cardBrand)} …{cardLast4}
        </span>
      )}
      {paymentId === null ? null : <ShortId id={paymentId} />}
      {reason === '' ? null : <span className="soft">{reason}</span>}
    </Box>
  );
}

const runLooks: Readonly<Record<string, { readonly tone: Tone; readonly icon: LucideIcon }>> = {
  completed: { tone: 'good', icon: CircleCheck },
  faulted: { tone: 'bad', icon: CircleX },
  cancelled: { tone: 'quiet', icon: CircleX },
};

function RunLine(props: {
  readonly run: RunView;
  readonly beginId: string | undefined;
  readonly links: StoryLinks;
}) {
  const { run, beginId, links } = props;
  const { tone, icon } = runLooks[run.phase] ?? { tone: 'waiting', icon: LoaderCircle };
  const isOver = run.phase in runLooks;
  const where = isOver || run.task === null ? '' : `, at ${run.task.split('/').at(-1) ?? ''}`;
  const phase = isOver ? run.phase : 'running';
  return (
    <span title={`${run.flow} ${run.flowVersion}: ${run.detail}`}>
      <Standing tone={tone} icon={icon} words={`${run.flow} ${phase}${where}`} />{' '}
      {beginId === undefined ? null : (
        <HopAnchor
          id={beginId}
          links={links}
          title="steps"
          label={`steps of ${run.flow}`}
          withSteps
        />
      )}{' '}
      <ShortId id={run.runId} />
    </span>
  );
}

/** Numbers people know come with the ids of the same record; runs are shown as flows. */
function References({ references }: { readonly references: readonly ReferenceView[] }) {
  const shown = references.filter(({ kind }) => kind !== 'run');
  return (
    <div className="list">
      {shown.map(({ kind, value, url }) => (
        <span key={`${kind} ${value}`} data-reference={kind}>
          <span className="soft">{kind}</span> <ShortId id={value} url={url} />
        </span>
      ))}
    </div>
  );
}
