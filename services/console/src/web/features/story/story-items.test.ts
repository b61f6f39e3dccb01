import { describe, expect, it } from 'vitest';
import { entry } from '../../../testing/entry.ts';
import type { EffectView, StoryView, TimelineEntryView } from '../../../views.ts';
import { fieldsOf, storyItems, whyItWaits } from './story-items.ts';
import { storyText } from './story-text.ts';

const second = (value: number): string =>
  new Date(Date.UTC(2026, 0, 15, 12, 0, value)).toISOString();

function story(
  entries: readonly TimelineEntryView[],
  overrides: Partial<StoryView> = {},
): StoryView {
  return {
    orderId: 'order-1',
    order: null,
    payments: [],
    references: [],
    runs: [],
    entries,
    missing: [],
    isCut: false,
    ...overrides,
  };
}

function effect(overrides: Partial<EffectView> = {}): EffectView {
  return {
    service: 'zoho-gateway',
    key: 'run/invoice/1',
    kind: 'zoho.books.createInvoice:1.0.0',
    title: 'Create the invoice',
    effectClass: 'B',
    state: 'UNKNOWN',
    code: null,
    detail: null,
    plannedAt: second(1),
    finishedAt: null,
    dueAt: second(9),
    attempts: [],
    ...overrides,
  };
}

const placed = entry({ id: 'placed', at: second(0) });
const step = entry({
  id: 'step',
  at: second(2),
  type: 'sluice.flows.v1.RunLifecycleChanged',
  data: { lifecycle: 'task.started' },
  tone: 'neutral',
});
const command = entry({
  id: 'command',
  at: second(5),
  type: 'sluice.zoho.v1.CommandRequested',
  effectKey: 'run/invoice/1',
});

describe('storyItems', () => {
  it('joins an effect, and its repetitions, to the command that asked for it', () => {
    const again = effect({ key: 'run/invoice/1~2' });
    const other = effect({ key: 'run/invoice/10', plannedAt: second(6) });

    const items = storyItems(story([placed, command]), [effect(), again, other], false);

    expect(items.map(({ id, effects }) => [id, effects.length])).toEqual([
      ['placed', 0],
      ['command', 2],
      ['effect zoho-gateway run/invoice/10', 1],
    ]);
  });

  it('puts an effect that no hop asked for at its own time', () => {
    const items = storyItems(story([placed, command]), [effect({ key: 'payment' })], false);

    expect(items.map(({ entry: hop }) => hop?.id)).toEqual(['placed', undefined, 'command']);
  });

  it('hides the steps of flows unless they are wished, and measures gaps between what is shown', () => {
    const shown = storyItems(story([placed, step, command]), [], false);
    const all = storyItems(story([placed, step, command]), [], true);

    expect(shown.map(({ gapMs }) => gapMs)).toEqual([null, 5_000]);
    expect(all.map(({ gapMs }) => gapMs)).toEqual([null, 2_000, 3_000]);
  });

  it('shows a step that failed in any case', () => {
    const failed = { ...step, tone: 'failed' as const };

    expect(storyItems(story([failed]), [], false)).toHaveLength(1);
  });
});

describe('whyItWaits', () => {
  it('says why and until when, and nothing once it has ended', () => {
    expect(whyItWaits(effect())).toContain(`next at ${second(9)}`);
    expect(whyItWaits(effect({ state: 'MANUAL' }))).toContain('a person decides');
    expect(whyItWaits(effect({ state: 'SUCCEEDED' }))).toBe('');
  });
});

describe('fieldsOf', () => {
  it('names fields by their path and leaves out what is empty and the lineage', () => {
    const data = {
      a: { b: [1, 'x'] },
      empty: '',
      none: null,
      lineage: { mapping: 'm' },
      no: false,
    };

    expect(fieldsOf(data)).toEqual([
      ['a.b.0', '1'],
      ['a.b.1', 'x'],
      ['no', 'false'],
    ]);
  });
});

describe('storyText', () => {
  it('tells everything that the page shows, what is missing too', () => {
    const mapped = {
      ...placed,
      traceId: 'abc',
      lineage: { sourceEventId: 's1', sourceType: 't', mapping: 'order-placed', mappingVersion: 2 },
    };
    const missing = [
      { what: 'invoice', since: second(5), detail: 'zoho-gateway has not answered' },
    ];
    const told = story([mapped, command], {
      missing,
      references: [{ kind: 'contact', value: '46', url: null }],
    });

    const text = storyText(told, storyItems(told, [effect()], false), Date.parse(second(17)));

    expect(text).toContain('made from s1 by mapping order-placed version 2');
    expect(text).toContain('trace abc');
    expect(text).toContain('Contact: 46');
    expect(text).toContain('Create the invoice, UNKNOWN');
    expect(text).toContain('MISSING invoice expected since 12 s. zoho-gateway has not answered');
  });
});
