import { PermanentFailure } from '@sluice/failure';
import { beforeEach, describe, expect, it } from 'vitest';
import { FlowSet } from './flow-set.ts';
import { flowOf } from './testing/small-flows.ts';
import { Workset, type Cause, type PendingEvent, type RunRecord } from './workset.ts';

const flows = new FlowSet([
  {
    hash: 'h-1',
    flow: flowOf(`
  - first:
      listen: {to: {one: {with: {type: test.Happened}}}}
      export: {as: '\${ context.with({"first": output[0].word}) }'}
  - second:
      listen: {to: {one: {with: {type: test.Happened}}}}
  - finish: {set: {outcome: '\${ context.first + " " + input[0].word }'}}`),
  },
]);

const cause: Cause = { eventId: 'cause', traceparent: null, atMicros: 1n };

function event(type: string, eventId: string, word = ''): PendingEvent {
  const [, time = '0'] = eventId.split('-');
  const data = { key: 'k-1', word };
  const timeMicros = BigInt(time);
  return { eventId, businessKey: 'k-1', type, data, timeMicros, traceparent: `trace-${eventId}` };
}

describe('Workset', () => {
  let workset: Workset;

  beforeEach(() => {
    workset = new Workset(flows, { runs: [], pending: [] }, () => 'run-1');
  });

  it('gives a run the events that came before it listened, the oldest first', () => {
    workset.takeEvent(event('test.Happened', 'e-2', 'world'), cause);
    workset.takeEvent(event('test.Happened', 'e-1', 'hello'), cause);
    workset.takeEvent(event('test.Started', 'e-3'), cause);

    const { started, kept, released, late } = workset.changes();

    expect(started.map(({ run }) => run.outcome)).toEqual(['hello world']);
    expect([kept, released, late]).toEqual([[], [], []]);
  });

  it('uses an event that was stored as pending once, and lets go of it', () => {
    const pending = [event('test.Happened', 'e-1', 'hello')];
    workset = new Workset(flows, { runs: [], pending }, () => 'run-1');

    workset.takeEvent(event('test.Started', 'e-3'), cause);

    const { started, released } = workset.changes();
    expect(released).toEqual(['e-1']);
    expect(started[0]?.run).toMatchObject({
      context: { first: 'hello' },
      wait: { task: 'second' },
    });
  });

  it('goes on in the trace of the pending event that it used', () => {
    const pending = [event('test.Happened', 'e-1', 'hello')];
    workset = new Workset(flows, { runs: [], pending }, () => 'run-1');

    workset.takeEvent(event('test.Started', 'e-3'), cause);

    const { emissions } = workset.changes();
    expect(emissions.map(({ cause: { traceparent } }) => traceparent)).toEqual([
      null,
      null,
      'trace-e-1',
      'trace-e-1',
    ]);
  });

  it('changes the row of a run once, however far the batch takes it', () => {
    workset.takeEvent(event('test.Started', 'e-1'), cause);
    const before = workset.changes().started;
    expect(before.map(({ epoch }) => epoch)).toEqual([1]);

    const next = new Workset(flows, { runs: before, pending: [] }, () => 'run-2');
    next.takeEvent(event('test.Happened', 'e-2', 'hello'), cause);
    next.takeEvent(event('test.Happened', 'e-3', 'world'), cause);

    const { changed, journal, emissions } = next.changes();
    expect(changed.map(({ epoch, run }) => [epoch, run.outcome])).toEqual([[2, 'hello world']]);
    expect(journal.map(({ entry }) => entry.sequence)).toEqual([1, 2, 3]);
    const sequences = emissions.map(({ sequence }) => sequence);
    expect(new Set(sequences).size).toBe(sequences.length);
  });

  it('reports events that no run can use any more, and keeps none of them', () => {
    workset.takeEvent(event('test.Started', 'e-1'), cause);
    for (const id of ['e-2', 'e-3', 'e-4']) workset.takeEvent(event('test.Happened', id), cause);

    const { late, kept } = workset.changes();

    expect(late.map(({ eventId }) => eventId)).toEqual(['e-4']);
    expect(kept).toEqual([]);
  });

  it('refuses the outcome of a run that is not there', () => {
    const result = { status: 'SUCCEEDED', output: {} } as const;
    const signal = { kind: 'outcome', commandId: 'c', attempts: 1, result } as const;

    expect(() => workset.takeOutcome('nobody', signal, cause)).toThrow(PermanentFailure);
  });

  it('refuses to go on with a run whose flow version nobody knows', () => {
    workset.takeEvent(event('test.Started', 'e-1'), cause);
    const [record] = workset.changes().started as readonly [RunRecord];
    const unknown = { ...record, run: { ...record.run, version: '9.9.9' } };
    const other = new Workset(flows, { runs: [unknown], pending: [] }, () => 'run-2');

    expect(() => other.takeEvent(event('test.Happened', 'e-2'), cause)).toThrow('9.9.9');
  });
});
