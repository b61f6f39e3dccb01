import { PermanentFailure } from '@sluice/failure';
import { describe, expect, it } from 'vitest';
import { resumeRun, startRun } from './advance.ts';
import type { Json } from './json.ts';
import type { Advance, OutcomeSignal, Run } from './run.ts';
import { flowOf, startOf } from './testing/small-flows.ts';

const atMicros = 2_000_000n;

function succeeded(run: Run, output: Json = { text: 'hello' }): OutcomeSignal {
  const commandId = run.wait?.kind === 'call' ? run.wait.commandId : '';
  return { kind: 'outcome', commandId, attempts: 2, result: { status: 'SUCCEEDED', output } };
}

function refused(run: Run, type: string | null): OutcomeSignal {
  const result = { status: 'REJECTED', type, detail: 'It cannot be.' } as const;
  return { ...succeeded(run), result };
}

const greeting = `
  - greet:
      call: test.greet:1.0.0@sluice
      with: {name: '\${ input.key }'}
      export: {as: '\${ context.with({"said": output.text}) }'}
  - finish: {set: {outcome: '\${ context.said }'}}`;

const paying = `
  - paying:
      try:
        - pay: {call: test.pay:1.0.0@sluice, with: {amount: {minor: '1'}}}
      catch:
        errors: {with: {type: 'urn:sluice:error:no-money'}}
        as: problem
        do:
          - explain: {set: {outcome: '\${ problem.detail }'}}`;

const listening = `
  - happened:
      listen:
        to:
          one:
            with: {type: test.Happened}
            correlate: {key: {from: '\${ event.data.key }', expect: '\${ workflow.businessKey }'}}
      timeout: {after: {seconds: 5}}
      output: {as: '\${ output[0] }'}
  - finish: {set: {outcome: '\${ input.word }'}}`;

describe('startRun', () => {
  it('asks for a function and waits for its outcome', () => {
    const { run, commands, lifecycle } = startRun(flowOf(greeting), startOf());

    expect(commands).toEqual([
      {
        commandId: expect.stringMatching(/^[0-9a-f]{32}$/),
        effectKey: 'run-1/greet/1',
        functionName: 'test.greet:1.0.0',
        topic: 'zoho.commands.v1',
        arguments: { name: 'k-1', loud: null },
        task: 'greet',
      },
    ]);
    expect(run).toMatchObject({ phase: 'waiting', wait: { kind: 'call', task: 'greet' } });
    expect(lifecycle.map(({ name }) => name)).toEqual(['workflow.started', 'task.started']);
  });

  it('takes every step that needs nothing from outside, and journals each', () => {
    const flow = flowOf(`
  - first: {set: {a: 1}}
  - second: {set: {b: '\${ input.a }'}, export: {as: '\${ output }'}}
  - third: {set: {outcome: done, b: '\${ context.b }'}}`);

    const { run, journal } = startRun(flow, startOf());

    expect(run).toMatchObject({ phase: 'completed', outcome: 'done', output: { b: 1 } });
    expect(journal.map(({ sequence, task, status }) => [sequence, task, status])).toEqual([
      [1, 'first', 'completed'],
      [2, 'second', 'completed'],
      [3, 'third', 'completed'],
    ]);
  });

  it.each([
    [{ key: 'k', size: 3 }, 'big'],
    [{ key: 'k', size: 2 }, 'small'],
  ])('goes where the first case that holds says: %j', (input, outcome) => {
    const flow = flowOf(`
  - choose:
      switch:
        - large: {when: '\${ input.size > 2 }', then: big}
        - other: {then: small}
  - big: {set: {outcome: big}, then: end}
  - small: {set: {outcome: small}}`);

    expect(startRun(flow, startOf(input)).run.outcome).toBe(outcome);
  });

  it('leaves a list early when a task says exit', () => {
    const flow = flowOf(`
  - inner:
      do:
        - one: {set: {outcome: early}, then: exit}
        - two: {set: {outcome: late}}`);

    expect(startRun(flow, startOf()).run.outcome).toBe('early');
  });

  it('skips a task whose condition does not hold', () => {
    const flow = flowOf(`
  - maybe: {if: '\${ has(input.name) }', set: {outcome: seen}}
  - finish: {set: {outcome: '\${ input.key }'}}`);

    const { run, journal } = startRun(flow, startOf());

    expect(run.outcome).toBe('k-1');
    expect(journal[0]).toMatchObject({ task: 'maybe', status: 'skipped' });
  });

  it('faults when the flow goes in circles', () => {
    const flow = flowOf(`
  - one: {set: {a: 1}}
  - two: {set: {a: 2}, then: one}`);

    const { run } = startRun(flow, startOf());

    expect(run).toMatchObject({
      phase: 'faulted',
      fault: { type: 'urn:sluice:error:step-limit' },
    });
  });

  it('makes arguments by a mapping and refuses what the function does not take', () => {
    const flow = flowOf(
      `  - greet:
      call: test.greet:1.0.0@sluice
      with: {mapping: 'greeting:1', from: '\${ input }'}`,
    );

    const { commands } = startRun(flow, startOf({ key: 'k', who: 'Ada' }));

    expect(commands[0]?.arguments).toEqual({ name: 'Ada', loud: null });
    expect(() => startRun(flow, startOf({ key: 'k', who: 7 }))).toThrow(
      'Flow small 1.0.0, task "greet": Argument "name" of test.greet:1.0.0 is to be a text',
    );
  });

  it('does nothing at all when a value cannot be made and nobody catches that', () => {
    const flow = flowOf(`  - one: {set: {a: '\${ input.missing.part }'}}`);

    expect(() => startRun(flow, startOf())).toThrow(PermanentFailure);
  });

  it('lets the flow catch a value that cannot be made', () => {
    const flow = flowOf(`
  - risky:
      try:
        - one: {set: {a: '\${ input.missing.part }'}}
      catch:
        as: problem
        do:
          - rescue: {set: {outcome: '\${ problem.status == 400 ? "rescued" : "other" }'}}`);

    const { run, journal } = startRun(flow, startOf());

    expect(run.outcome).toBe('rescued');
    expect(journal.map(({ task, status }) => [task, status])).toEqual([
      ['risky.one', 'faulted'],
      ['risky.rescue', 'completed'],
    ]);
  });
});

describe('startRun with a list that fails at its end', () => {
  it('keeps nothing of the step that led there', () => {
    const flow = flowOf(`
  - risky:
      try:
        - inner:
            do: [{one: {set: {a: 1}}}]
            output: {as: '\${ output.missing.part }'}
      catch:
        do:
          - rescue: {set: {outcome: rescued}}`);

    const { journal } = startRun(flow, startOf());

    expect(journal.map(({ sequence, task, status }) => [sequence, task, status])).toEqual([
      [1, 'risky.inner.one', 'faulted'],
      [2, 'risky.rescue', 'completed'],
    ]);
  });
});

describe('resumeRun with an outcome', () => {
  it('goes on and journals what came out, with the attempts it took', () => {
    const flow = flowOf(greeting);
    const { run } = startRun(flow, startOf());

    const advance = resumeRun(flow, run, { signal: succeeded(run), atMicros });

    expect(advance?.run).toMatchObject({
      phase: 'completed',
      outcome: 'hello',
      endedMicros: atMicros,
    });
    expect(advance?.journal[0]).toMatchObject({
      task: 'greet',
      output: { text: 'hello' },
      attempts: 2,
      startedMicros: 1_000_000n,
      endedMicros: atMicros,
    });
  });

  it('changes nothing when the outcome is repeated or of another command', () => {
    const flow = flowOf(greeting);
    const { run } = startRun(flow, startOf());
    const signal = succeeded(run);
    const after = resumeRun(flow, run, { signal, atMicros })?.run as Run;

    expect(resumeRun(flow, after, { signal, atMicros })).toBeUndefined();
    expect(
      resumeRun(flow, run, { signal: { ...signal, commandId: 'x' }, atMicros }),
    ).toBeUndefined();
  });

  it('hands a refusal to the catch that takes its type', () => {
    const flow = flowOf(paying);
    const { run } = startRun(flow, startOf());

    const signal = refused(run, 'urn:sluice:error:no-money');
    const after = resumeRun(flow, run, { signal, atMicros });

    expect(after?.run).toMatchObject({ phase: 'completed', outcome: 'It cannot be.' });
    expect(after?.run.caught).toEqual({});
  });

  it('faults on a refusal that no catch takes', () => {
    const flow = flowOf(paying);
    const { run } = startRun(flow, startOf());

    const after = resumeRun(flow, run, { signal: refused(run, null), atMicros });

    expect(after?.run).toMatchObject({
      phase: 'faulted',
      fault: { type: 'urn:sluice:error:refused', detail: 'It cannot be.', instance: 'paying.pay' },
    });
    expect(after?.lifecycle.map(({ name }) => name)).toEqual(['task.faulted', 'workflow.faulted']);
  });

  it('gives a task that is entered again an effect key of its own', () => {
    const flow = flowOf(`
  - greet: {call: test.greet:1.0.0@sluice, with: {name: again}}
  - again:
      switch:
        - more: {when: '\${ input.text == "more" }', then: greet}
        - enough: {then: end}`);
    const { run } = startRun(flow, startOf());

    const signal = succeeded(run, { text: 'more' });
    const after = resumeRun(flow, run, { signal, atMicros }) as Advance;

    expect(after.commands[0]?.effectKey).toBe('run-1/greet/2');
    expect(resumeRun(flow, after.run, { signal, atMicros })).toBeUndefined();
  });

  it('stays where it is when the value it leads to cannot be made', () => {
    const flow = flowOf(greeting);
    const { run } = startRun(flow, startOf());

    const act = (): unknown => resumeRun(flow, run, { signal: succeeded(run, {}), atMicros });

    expect(act).toThrow(PermanentFailure);
  });
});

describe('resumeRun with an event', () => {
  it('takes an event that correlates', () => {
    const flow = flowOf(listening);
    const { run } = startRun(flow, startOf());

    const signal = {
      kind: 'event',
      type: 'test.Happened',
      data: { key: 'k-1', word: 'yes' },
    } as const;

    expect(resumeRun(flow, run, { signal, atMicros })?.run.outcome).toBe('yes');
  });

  it.each([
    ['test.Happened', 'k-2'],
    ['test.Started', 'k-1'],
  ])('leaves alone what it does not listen for: %s of %s', (type, key) => {
    const flow = flowOf(listening);
    const { run } = startRun(flow, startOf());

    const signal = { kind: 'event', type, data: { key } } as const;

    expect(resumeRun(flow, run, { signal, atMicros })).toBeUndefined();
  });
});

describe('resumeRun with a timeout', () => {
  const signal = { kind: 'timeout', task: 'happened' } as const;

  it('ends the wait once its time is over, and not before', () => {
    const flow = flowOf(listening);
    const { run } = startRun(flow, startOf());

    expect(resumeRun(flow, run, { signal, atMicros: 5_999_999n })).toBeUndefined();
    expect(resumeRun(flow, run, { signal, atMicros: 6_000_000n })?.run).toMatchObject({
      phase: 'faulted',
      fault: { status: 408 },
    });
  });

  it('faults a run whose own time is over, whatever it waits for', () => {
    const flow = flowOf(greeting, 'timeout: {after: {minutes: 1}}\n');
    const { run } = startRun(flow, startOf());

    const own = { kind: 'timeout', task: '' } as const;

    expect(resumeRun(flow, run, { signal: own, atMicros: 60_999_999n })).toBeUndefined();
    expect(resumeRun(flow, run, { signal: own, atMicros: 61_000_000n })?.run.phase).toBe('faulted');
  });
});
