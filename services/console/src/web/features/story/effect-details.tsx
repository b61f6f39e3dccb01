import { CircleCheck, CircleX, Hourglass, UserRound, type LucideIcon } from 'lucide-react';
import type { AttemptView, EffectView } from '../../../views.ts';
import { formatClock, formatLength, inWords } from '../../parts/format.ts';
import { Standing } from '../../parts/state.tsx';
import type { Tone } from '../../theme.ts';
import { TraceLink } from './trace-link.tsx';
import { whyItWaits } from './story-items.ts';

const looks: Readonly<Record<string, readonly [Tone, LucideIcon]>> = {
  SUCCEEDED: ['good', CircleCheck],
  REJECTED: ['bad', CircleX],
  ABANDONED: ['bad', CircleX],
  MANUAL: ['bad', UserRound],
  DUPLICATE: ['bad', UserRound],
};

/** The state of an effect with the number of its attempts. */
export function EffectState({ effect }: { readonly effect: EffectView }) {
  const [tone, icon] = looks[effect.state] ?? ['waiting', Hourglass];
  const count = effect.attempts.length;
  const attempts = count === 1 ? '1 attempt' : `${count} attempts`;
  return (
    <span data-testid="effect-state" data-state={effect.state}>
      <Standing tone={tone} icon={icon} words={`${inWords(effect.state)}, ${attempts}`} />
    </span>
  );
}

/** An effect with every attempt: what was sent, what came back, why it waits. */
export function EffectDetails({
  effect,
  zipkinUrl,
}: {
  readonly effect: EffectView;
  readonly zipkinUrl: string;
}) {
  const waits = whyItWaits(effect);
  return (
    <section aria-label="Effect" data-testid="effect">
      <dl className="facts">
        <dt>Effect</dt>
        <dd>
          <span className="mono">{effect.kind}</span>, class {effect.effectClass}
        </dd>
        <dt>Key</dt>
        <dd className="mono">{effect.key}</dd>
        {effect.code === null ? null : (
          <>
            <dt>Refused</dt>
            <dd>
              <span className="mono">{effect.code}</span> {effect.detail}
            </dd>
          </>
        )}
        {waits === '' ? null : (
          <>
            <dt>Waits</dt>
            <dd className="waiting">{waits}</dd>
          </>
        )}
      </dl>
      <ol className="attempts" aria-label="Attempts">
        {effect.attempts.map((attempt) => (
          <Attempt key={attempt.step} attempt={attempt} zipkinUrl={zipkinUrl} />
        ))}
      </ol>
    </section>
  );
}

function Attempt({
  attempt,
  zipkinUrl,
}: {
  readonly attempt: AttemptView;
  readonly zipkinUrl: string;
}) {
  const { act, startedAt, finishedAt, outcome, code, detail, traceId, request, reply } = attempt;
  const took =
    finishedAt === null ? '' : `, ${formatLength(Date.parse(finishedAt) - Date.parse(startedAt))}`;
  return (
    <li data-testid="attempt">
      <div>
        {act === 'look-up' ? 'Looked up' : 'Sent'}{' '}
        <span className="mono">{formatClock(startedAt)}</span>
        {took}: <b>{outcome === null ? 'no answer yet' : inWords(outcome).toLowerCase()}</b>{' '}
        {code === null ? null : <span className="mono">{code}</span>}{' '}
        {traceId === null ? null : <TraceLink traceId={traceId} zipkinUrl={zipkinUrl} />}
      </div>
      {detail === null || detail === '' ? null : <div className="soft">{detail}</div>}
      <Payload name="Request" value={request} />
      <Payload name="Reply" value={reply} />
    </li>
  );
}

function Payload({ name, value }: { readonly name: string; readonly value: unknown }) {
  if (value === null || value === undefined) return null;
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return (
    <details>
      <summary className="soft">{name}, redacted</summary>
      <pre className="pre mono" tabIndex={0} aria-label={name}>
        {text}
      </pre>
    </details>
  );
}
