import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { check } from './checker.ts';
import { collectEvidence } from './evidence.ts';
import { badInputSuite } from './testing/bad-input.ts';
import { consoleSuite } from './testing/console.ts';
import { faultSuite } from './testing/faults.ts';
import { pathSuite } from './testing/paths.ts';
import { traceSuite } from './testing/traces.ts';
import { WholeStack } from './whole-stack.ts';

/** Keys that the suite of bad input broke on purpose. */
const brokenKeys: string[] = [];
let running: WholeStack | undefined;

function stack(): WholeStack {
  if (running === undefined) throw new Error('The stack does not run.');
  return running;
}

beforeAll(async () => {
  running = await WholeStack.start();
});

afterAll(async () => {
  await running?.stop();
});

pathSuite(stack);
traceSuite(stack);
badInputSuite(stack, brokenKeys);
consoleSuite(stack);
faultSuite(stack);

describe('the checker', () => {
  it('finds nothing lost, nothing doubled, nothing left open, and every currency in balance', async () => {
    const evidence = await collectEvidence(stack());

    expect(check(evidence, { brokenKeys })).toEqual([]);
    expect(evidence.records.length).toBeGreaterThan(evidence.payments.length);
    expect(evidence.payments.length).toBeGreaterThan(evidence.refunds.length);
    expect(evidence.refunds.length).toBeGreaterThan(0);
  });
});
