import {
  Circle,
  CircleAlert,
  CircleCheck,
  CircleX,
  Hourglass,
  Plug,
  type LucideIcon,
} from 'lucide-react';
import type { KeyboardEvent } from 'react';
import type { MissingView, TimelineEntryView } from '../../../views.ts';
import { formatClock, formatExact, formatLength } from '../../parts/format.ts';
import { useNowMs } from '../../parts/now.ts';
import { EffectState } from './effect-details.tsx';
import { HopDetails } from './hop-details.tsx';
import { isStep, type StoryItem } from './story-items.ts';
import { elementIdOf, type StoryLinks } from './story-links.ts';
import { missingSentence } from './story-text.ts';

interface HopListProps {
  readonly items: readonly StoryItem[];
  readonly missing: readonly MissingView[];
  readonly links: StoryLinks;
  readonly openId: string | undefined;
  readonly open: (id: string) => void;
}

/** Every hop in its order, and what is missing at the end. */
export function HopList({ items, missing, links, openId, open }: HopListProps) {
  return (
    <ol className="hops" aria-label="Hops" data-testid="hops" onKeyDown={moveBetweenHops}>
      {items.map((item) => (
        <Hop
          key={item.id}
          item={item}
          links={links}
          isOpen={item.id === openId}
          toggle={() => open(item.id)}
        />
      ))}
      {missing.map((one) => (
        <MissingHop key={`${one.what} ${one.since}`} missing={one} />
      ))}
    </ol>
  );
}

interface HopProps {
  readonly item: StoryItem;
  readonly links: StoryLinks;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

function Hop({ item, links, isOpen, toggle }: HopProps) {
  const { entry, effects, at, gapMs, id } = item;
  const service = entry?.service ?? effects[0]?.service ?? '';
  const title = entry?.title ?? effects[0]?.title ?? '';
  const isQuiet = entry !== null && isStep(entry);
  return (
    <li
      id={elementIdOf(id)}
      className={isQuiet ? 'hop step' : 'hop'}
      data-testid="hop"
      data-type={entry?.type ?? 'effect'}
      data-open={isOpen}
    >
      <div className="time">
        <time dateTime={at} title={formatExact(at)} className="mono">
          {formatClock(at)}
        </time>
        <div className="soft mono">{gapMs === null ? '' : `+${formatLength(gapMs)}`}</div>
      </div>
      <Mark tone={entry?.tone} isEffect={entry === null} />
      <div className="body">
        <button type="button" className="head" aria-expanded={isOpen} onClick={toggle}>
          <span className="title">{title}</span>
          {effects.map((effect) => (
            <EffectState key={effect.key} effect={effect} />
          ))}
          <span className="soft service">{service}</span>
        </button>
        {entry === null || entry.detail === '' ? null : (
          <div className="detail soft">{entry.detail}</div>
        )}
        {isOpen ? <HopDetails key={id} item={item} links={links} /> : null}
      </div>
    </li>
  );
}

const marks: Readonly<Record<TimelineEntryView['tone'], readonly [LucideIcon, string, string]>> = {
  done: [CircleCheck, 'good', 'done'],
  refused: [CircleAlert, 'waiting', 'refused'],
  failed: [CircleX, 'bad', 'failed'],
  neutral: [Circle, 'soft', ''],
};

function Mark(props: {
  readonly tone: TimelineEntryView['tone'] | undefined;
  readonly isEffect: boolean;
}) {
  const [Icon, look, word] = props.isEffect
    ? ([Plug, 'soft', 'call of a third party'] as const)
    : marks[props.tone ?? 'neutral'];
  return (
    <div className={`mark ${look}`}>
      <Icon
        size={14}
        {...(word === '' ? { 'aria-hidden': true } : { 'aria-label': word, role: 'img' })}
      />
    </div>
  );
}

function MissingHop({ missing }: { readonly missing: MissingView }) {
  const nowMs = useNowMs();
  const sentence = missingSentence(missing, nowMs);
  return (
    <li className="hop" data-testid="missing">
      <div className="time soft mono">
        <time dateTime={missing.since} title={formatExact(missing.since)}>
          {formatClock(missing.since)}
        </time>
      </div>
      <div className="mark waiting">
        <Hourglass size={14} role="img" aria-label="missing" />
      </div>
      <div className="body" style={{ padding: '6px 8px' }}>
        <div className="title waiting">
          {sentence.slice(0, 1).toUpperCase() + sentence.slice(1, -1)}
        </div>
        <div className="soft">{missing.detail}</div>
      </div>
    </li>
  );
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

/** Arrows, j and k go from hop to hop. */
function moveBetweenHops(event: KeyboardEvent<HTMLElement>): void {
  const step = event.ctrlKey || event.metaKey ? undefined : steps[event.key];
  if (step === undefined) return;
  const heads = [...event.currentTarget.querySelectorAll<HTMLElement>('.head')];
  const next = heads[heads.findIndex((head) => head === document.activeElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
