import { Button, CopyButton, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Check, ClipboardCopy } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { StoryView } from '../../../views.ts';
import { effectsQuery, frameQuery, storyQuery } from '../../api/queries.ts';
import { FailureNotice, LoadingRows, PageHead, Unanswered } from '../../parts/page-states.tsx';
import type { StorySearch } from '../../search-params.ts';
import { isTyping } from '../../shell/keys.ts';
import { HopList } from './hop-list.tsx';
import { storyItems } from './story-items.ts';
import { elementIdOf, storyLinks } from './story-links.ts';
import { StorySummary } from './story-summary.tsx';
import { storyText } from './story-text.ts';

const paymentRoute = getRouteApi('/payments/$paymentId');
const orderRoute = getRouteApi('/orders/$orderId');

/** What changes in the address while one reads. */
type Change = (change: (before: StorySearch) => StorySearch) => void;

/** The story of a payment. */
export function PaymentStoryPage() {
  const { paymentId } = paymentRoute.useParams();
  const navigate = paymentRoute.useNavigate();
  const change: Change = (search) => void navigate({ search, replace: true, resetScroll: false });
  return (
    <StoryPage kind="payments" id={paymentId} search={paymentRoute.useSearch()} change={change} />
  );
}

/** The story of an order that has no payment, or whose payment was not told of. */
export function OrderStoryPage() {
  const { orderId } = orderRoute.useParams();
  const navigate = orderRoute.useNavigate();
  const change: Change = (search) => void navigate({ search, replace: true, resetScroll: false });
  return <StoryPage kind="orders" id={orderId} search={orderRoute.useSearch()} change={change} />;
}

interface StoryPageProps {
  readonly kind: 'payments' | 'orders';
  readonly id: string;
  readonly search: StorySearch;
  readonly change: Change;
}

function StoryPage({ kind, id, search, change }: StoryPageProps) {
  const story = useQuery(storyQuery(kind, id));
  if (story.isPending) return <LoadingRows />;
  if (story.isError)
    return <FailureNotice error={story.error} retry={() => void story.refetch()} />;
  return <Story story={story.data} search={search} change={change} />;
}

function Story(props: {
  readonly story: StoryView;
  readonly search: StorySearch;
  readonly change: Change;
}) {
  const { story, search, change } = props;
  const { orderId, entries, order, payments } = story;
  const { data: effects } = useQuery(effectsQuery(orderId, entries.length));
  const { data: frame } = useQuery(frameQuery);
  const withSteps = search.steps === true;
  const [revealedId, setRevealedId] = useState<string>();
  const items = useMemo(
    () => storyItems(story, effects?.effects ?? [], withSteps),
    [story, effects, withSteps],
  );
  const toggleSteps = (): void =>
    change(({ steps, ...rest }) => (steps === true ? rest : { ...rest, steps: true }));
  useStoryKeys(toggleSteps);
  useReveal(revealedId, search, () => setRevealedId(undefined));
  const links = storyLinks(entries, {
    zipkinUrl: frame?.zipkinUrl ?? '',
    reveal: (id, needsSteps) => {
      change((before) => ({ ...before, open: id, ...(needsSteps ? { steps: true } : {}) }));
      setRevealedId(id);
    },
  });
  const number = order?.orderNumber ?? payments[0]?.orderNumber ?? '';
  return (
    <>
      <PageHead title={number === '' ? `Order ${orderId}` : `Order ${number}`}>
        <Switch
          size="xs"
          label="Steps of flows"
          checked={withSteps}
          onChange={toggleSteps}
          data-testid="toggle-steps"
        />
        <CopyButton value={storyText(story, items, Date.now())} timeout={2_000}>
          {({ copied, copy }) => (
            <Button
              size="xs"
              variant="default"
              id="copy-story"
              data-testid="copy-story"
              leftSection={copied ? <Check size={14} /> : <ClipboardCopy size={14} />}
              onClick={copy}
            >
              {copied ? 'Copied' : 'Copy story'}
            </Button>
          )}
        </CopyButton>
      </PageHead>
      <StorySummary story={story} links={links} />
      <Unanswered services={effects?.unanswered ?? []} />
      <HopList
        items={items}
        missing={story.missing}
        links={links}
        openId={search.open}
        open={(hopId) =>
          change(({ open: before, ...rest }) =>
            before === hopId ? rest : { ...rest, open: hopId },
          )
        }
      />
    </>
  );
}

/** Takes the focus to a hop, once it is open and shown. */
function useReveal(id: string | undefined, search: StorySearch, done: () => void): void {
  useEffect(() => {
    if (id === undefined || search.open !== id) return;
    const hop = document.getElementById(elementIdOf(id));
    if (hop === null) return;
    hop.scrollIntoView({ block: 'center' });
    hop.querySelector<HTMLElement>('.head')?.focus({ preventScroll: true });
    done();
  });
}

/** `s` shows the steps, `c` copies the story. */
function useStoryKeys(toggleSteps: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === 's') toggleSteps();
      if (event.key === 'c') document.getElementById('copy-story')?.click();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  });
}
