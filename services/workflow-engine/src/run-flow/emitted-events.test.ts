import { describe, expect, it } from 'vitest';
import { startRun } from '../domain/advance.ts';
import { flowOf, startOf } from '../domain/testing/small-flows.ts';
import type { Emission } from '../domain/workset.ts';
import { eventOf } from './emitted-events.ts';

const cause = { eventId: 'event-1', traceparent: null, atMicros: 7n };

function emissionOf(told: Emission['told'], of: Partial<Emission['cause']> = {}): Emission {
  const { run } = startRun(flowOf('  - a: {set: {b: 1}}'), startOf());
  return { run, cause: { ...cause, ...of }, sequence: '1.0', told };
}

const command = {
  commandId: 'c-1',
  effectKey: 'run-1/a/1',
  functionName: 'test.greet:1.0.0',
  topic: 'zoho.commands.v1',
  arguments: { name: 'Ada' },
  task: 'a',
};

describe('eventOf', () => {
  it('asks the gateway of the function, keyed by the order', () => {
    const event = eventOf(emissionOf({ command }), 'demo');

    expect(event).toMatchObject({
      id: 'c-1',
      type: 'sluice.zoho.v1.CommandRequested',
      key: 'k-1',
      correlationId: 'k-1',
      causationId: 'event-1',
      data: { effectKey: 'run-1/a/1', arguments: '{"name":"Ada"}', businessKey: 'k-1' },
    });
    expect(event).not.toHaveProperty('traceparent');
  });

  it('goes on in the trace of its cause, and has no cause when it was the clock', () => {
    const traceparent = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`;

    const event = eventOf(emissionOf({ command }, { eventId: null, traceparent }), 'demo');

    expect(event.traceparent).toBe(traceparent);
    expect(event).not.toHaveProperty('causationId');
  });

  it('tells of the run under an id that follows from run and place', () => {
    const lifecycle = { name: 'workflow.started', task: null, detail: 'Small' };

    const first = eventOf(emissionOf({ lifecycle }), 'demo');
    const again = eventOf(emissionOf({ lifecycle }), 'demo');
    const next = eventOf({ ...emissionOf({ lifecycle }), sequence: '1.1' }, 'demo');

    expect(first).toMatchObject({
      type: 'sluice.flows.v1.RunLifecycleChanged',
      data: { lifecycle: 'workflow.started', task: null, detail: 'Small', flow: 'small' },
    });
    expect(again.id).toBe(first.id);
    expect(next.id).not.toBe(first.id);
  });
});
