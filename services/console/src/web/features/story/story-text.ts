import type { MissingView, StoryView } from '../../../views.ts';
import { formatLength, formatMoney, inWords } from '../../parts/format.ts';
import { whyItWaits, type StoryItem } from './story-items.ts';

/** The whole story as plain text, for a ticket. Instants are UTC. */
export function storyText(story: StoryView, items: readonly StoryItem[], nowMs: number): string {
  const { order, orderId, payments, references, missing, isCut } = story;
  const number = order?.orderNumber ?? payments[0]?.orderNumber ?? '';
  const lines = [
    `Order ${number === '' ? orderId : number} (${orderId})`,
    ...payments.map(
      ({ paymentId, state, amount }) =>
        `Payment ${paymentId ?? ''}: ${inWords(state).toLowerCase()}${amount === null ? '' : `, ${formatMoney(amount, 'en')}`}`,
    ),
    ...references.map(
      ({ kind, value, url }) => `${inWords(kind)}: ${value}${url === null ? '' : ` ${url}`}`,
    ),
    '',
    ...items.flatMap(itemLines),
    ...(isCut ? ['… the order has more hops than are shown'] : []),
    ...missing.map((one) => `MISSING ${missingSentence(one, nowMs)} ${one.detail}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** `invoice expected since 12 s`. */
export function missingSentence({ what, since }: MissingView, nowMs: number): string {
  return `${what} expected since ${formatLength(Math.max(nowMs - Date.parse(since), 1_000)).replace('.0', '')}.`;
}

function itemLines({ at, gapMs, entry, effects }: StoryItem): string[] {
  const gap = gapMs === null ? '' : `+${formatLength(gapMs)}`;
  const head = `${at}  ${gap.padEnd(8)}`;
  const lines: string[] = [];
  if (entry !== null) {
    const detail = entry.detail === '' ? '' : ` (${entry.detail})`;
    lines.push(`${head}${entry.service}: ${entry.title}${detail}`);
    lines.push(`    ${entry.type} ${entry.id}, ${entry.topic}/${entry.partition}/${entry.offset}`);
    if (entry.lineage !== null) {
      const { mapping, mappingVersion, sourceEventId } = entry.lineage;
      lines.push(`    made from ${sourceEventId} by mapping ${mapping} version ${mappingVersion}`);
    }
    if (entry.traceId !== null) lines.push(`    trace ${entry.traceId}`);
  }
  for (const effect of effects) {
    const indent = entry === null ? head : '    ';
    const waits = whyItWaits(effect);
    lines.push(
      `${indent}${effect.service}: ${effect.title}, ${effect.state}${waits === '' ? '' : `. ${waits}`}`,
    );
    lines.push(`    effect ${effect.key}`);
    for (const attempt of effect.attempts) {
      const code = attempt.code === null ? '' : ` ${attempt.code}`;
      lines.push(
        `    ${attempt.step}. ${attempt.act} ${attempt.startedAt}: ${attempt.outcome ?? 'no answer yet'}${code}`,
      );
    }
  }
  return lines;
}
