import { describe, expect, it } from 'vitest';
import { entry } from '../../../testing/entry.ts';
import { beginningOf, hrefOfHop, storyLinks } from './story-links.ts';

const placed = entry({ id: 'placed', title: 'Order placed' });
const started = entry({
  id: 'started',
  type: 'sluice.flows.v1.RunLifecycleChanged',
  data: { lifecycle: 'workflow.started', runId: 'run-2' },
});
const step = entry({
  id: 'step',
  type: 'sluice.flows.v1.RunLifecycleChanged',
  data: { lifecycle: 'task.started', runId: 'run-2' },
  tone: 'neutral',
});
const links = storyLinks([placed, started, step], { zipkinUrl: '', reveal: () => undefined });

describe('storyLinks', () => {
  it('knows what the story tells, and nothing else', () => {
    expect(links.titleOf('placed')).toBe('Order placed');
    expect(links.titleOf('elsewhere')).toBeUndefined();
  });

  it('knows which hops are shown on wish only', () => {
    expect(['step', 'started', 'placed', 'elsewhere'].map(links.isStep)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('hrefOfHop', () => {
  it('opens the hop, and shows the steps where they are needed', () => {
    expect(hrefOfHop('a b', false)).toBe('?open=a%20b');
    expect(hrefOfHop('step', true)).toBe('?open=step&steps=true');
  });
});

describe('beginningOf', () => {
  it('finds the first event of a run, and none of a run that is not told of', () => {
    expect(beginningOf('run-2', [placed, started, step])).toBe('started');
    expect(beginningOf('run-3', [placed, started, step])).toBeUndefined();
  });
});
