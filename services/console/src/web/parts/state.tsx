import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleHelp,
  CirclePause,
  CircleX,
  Clock,
  Undo2,
  type LucideIcon,
} from 'lucide-react';
import type { Tone } from '../theme.ts';
import { inWords } from './format.ts';

interface Look {
  readonly tone: Tone;
  readonly icon: LucideIcon;
}

const looks: Readonly<Record<string, Look>> = {
  awaiting_payment: { tone: 'quiet', icon: CircleDashed },
  authorized: { tone: 'waiting', icon: Clock },
  in_review: { tone: 'waiting', icon: CirclePause },
  captured: { tone: 'good', icon: CircleCheck },
  declined: { tone: 'bad', icon: CircleX },
  voided: { tone: 'quiet', icon: Ban },
  partially_refunded: { tone: 'quiet', icon: Undo2 },
  refunded: { tone: 'quiet', icon: Undo2 },
};

/** The state of a payment as icon and word; the colour only helps. */
export function PaymentState({ state }: { readonly state: string }) {
  const { tone, icon } = looks[state] ?? { tone: 'quiet', icon: CircleHelp };
  return <Standing tone={tone} icon={icon} words={inWords(state)} />;
}

/** Icon and words in the colour of a tone. */
export function Standing(props: {
  readonly tone: Tone;
  readonly icon: LucideIcon;
  readonly words: string;
}) {
  const Icon = props.icon;
  return (
    <span className={`state ${props.tone === 'quiet' ? 'soft' : props.tone}`}>
      <Icon size={14} aria-hidden />
      {props.words}
    </span>
  );
}
