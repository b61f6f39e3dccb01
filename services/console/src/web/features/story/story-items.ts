import type { EffectView, StoryView, TimelineEntryView } from '../../../views.ts';

/** One thing of a story as the page shows it. */
export interface StoryItem {
  readonly id: string;
  readonly at: string;
  /** Milliseconds after the thing shown before; null on the first. */
  readonly gapMs: number | null;
  readonly entry: TimelineEntryView | null;
  /** The effects that the hop asked for, or the one that stands alone. */
  readonly effects: readonly EffectView[];
}

/**
 * Hops with the effects they asked for, and between them the effects that no hop asked for, for
 * example the call that took the payment.
 */
export function storyItems(
  story: StoryView,
  effects: readonly EffectView[],
  withSteps: boolean,
): readonly StoryItem[] {
  const entries = story.entries.filter((entry) => withSteps || !isStep(entry));
  const joined = new Set<EffectView>();
  const hops = entries.map((entry) => {
    const asked = entry.type.endsWith('.CommandRequested') ? entry.effectKey : null;
    const own = asked === null ? [] : effects.filter(({ key }) => isOf(key, asked));
    for (const effect of own) joined.add(effect);
    return { id: entry.id, at: entry.at, entry, effects: own };
  });
  const alone = effects
    .filter((effect) => !joined.has(effect))
    .map((effect) => ({
      id: `effect ${effect.service} ${effect.key}`,
      at: effect.plannedAt,
      entry: null,
      effects: [effect],
    }));
  // The sort is stable: hops of one instant keep the order of the story.
  const items = [...hops, ...alone].toSorted(
    (left, right) => Date.parse(left.at) - Date.parse(right.at),
  );
  return items.map((item, index) => {
    const before = items[index - 1];
    const gapMs = before === undefined ? null : Date.parse(item.at) - Date.parse(before.at);
    return { ...item, gapMs };
  });
}

/** A flow's own steps repeat what commands and their answers tell; they are shown on wish. */
export function isStep(entry: TimelineEntryView): boolean {
  if (!entry.type.endsWith('.RunLifecycleChanged') || entry.tone === 'failed') return false;
  const { lifecycle } = (entry.data ?? {}) as { lifecycle?: unknown };
  return typeof lifecycle === 'string' && lifecycle.startsWith('task.');
}

/** A command that is performed again, or in parts, has effects whose keys begin with its own. */
function isOf(key: string, asked: string): boolean {
  return key === asked || key.startsWith(`${asked}~`) || key.startsWith(`${asked}/`);
}

/** Why an effect has not ended; empty when it has. */
export function whyItWaits({ state, dueAt, detail }: EffectView): string {
  const why: Readonly<Record<string, string>> = {
    PLANNED: 'It is planned and will be sent',
    CLAIMED: 'It is about to be sent',
    SENDING: 'It is being sent',
    UNKNOWN: 'The answer is missing: it is looked up before anything is sent again',
    RESOLVING: 'The answer is missing and is being looked up',
    DUPLICATE: 'More than one match was found: a person decides',
    MANUAL: 'The outcome cannot be known: a person decides',
  };
  const reason = why[state];
  if (reason === undefined) return '';
  const due = ['PLANNED', 'UNKNOWN'].includes(state) ? `, next at ${dueAt}` : '';
  return `${reason}${due}.${detail === null ? '' : ` ${detail}`}`;
}

/** Fields of an event by their path, values as text; lineage is told elsewhere. */
export function fieldsOf(data: unknown): readonly (readonly [path: string, value: string])[] {
  const found: (readonly [string, string])[] = [];
  const visit = (value: unknown, path: string): void => {
    if (found.length >= fieldsMax || path === 'lineage') return;
    if (typeof value !== 'object' || value === null) {
      if (value !== null && value !== '' && value !== undefined) found.push([path, textOf(value)]);
      return;
    }
    for (const [name, inner] of Object.entries(value)) {
      visit(inner, path === '' ? name : `${path}.${name}`);
    }
  };
  visit(data, '');
  return found;
}

const fieldsMax = 200;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
