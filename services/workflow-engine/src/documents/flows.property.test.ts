import { orderPlaced, paymentFacts, refundRequested } from '@sluice/contracts/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryEngine, serviceFlows, type Asked } from './testing/engine.ts';

/** Everything that happens to one order whose first payment was declined and whose second held. */
const happenings = [
  (engine: MemoryEngine, act: Act) =>
    engine[act]('sluice.orders.v1.OrderPlaced', orderPlaced(), 'placed'),
  (engine: MemoryEngine, act: Act) =>
    engine[act](
      'sluice.payments.v1.PaymentDeclined',
      paymentFacts({ paymentId: 'p-0' }),
      'declined',
    ),
  (engine: MemoryEngine, act: Act) =>
    engine[act]('sluice.payments.v1.PaymentCaptured', paymentFacts(), 'captured'),
  (engine: MemoryEngine, act: Act) =>
    engine[act]('sluice.payments.v1.RefundRequested', refundRequested(), 'refund'),
] as const;

type Act = 'event' | 'crashOnEvent';

/** One thing the world does: deliver an event again or for the first time, answer, or crash. */
type Move =
  | { readonly kind: 'event'; readonly which: number; readonly crash: boolean }
  | { readonly kind: 'answer'; readonly which: number; readonly crash: boolean };

const move: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom('event' as const, 'answer' as const),
  which: fc.nat({ max: 30 }),
  crash: fc.boolean(),
});

const flows = serviceFlows();

function play(moves: readonly Move[]): MemoryEngine {
  const engine = new MemoryEngine(flows);
  for (const { kind, which, crash } of moves) {
    if (kind === 'event') {
      happenings[which % happenings.length]?.(engine, crash ? 'crashOnEvent' : 'event');
    } else answer(engine, { which, crash });
  }
  for (const happening of happenings) happening(engine, 'event');
  engine.answerAll();
  return engine;
}

/** Delivers the outcome of any command ever asked for, so that many are late or repeated. */
function answer(
  engine: MemoryEngine,
  move: { readonly which: number; readonly crash: boolean },
): void {
  const command: Asked | undefined = engine.asked[move.which % Math.max(engine.asked.length, 1)];
  if (command === undefined) return;
  if (move.crash) engine.crashOnOutcome(command);
  else engine.outcome(command);
}

describe('the engine', () => {
  it('asks for each command once, whatever is repeated, reordered or lost in a crash', () => {
    const expected = play([]).functions().toSorted();
    expect(expected).toHaveLength(15);

    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        const engine = play(moves);

        const keys = engine.asked.map(({ effectKey }) => effectKey);
        expect(new Set(keys).size).toBe(keys.length);
        expect(engine.functions().toSorted()).toEqual(expected);
        expect(engine.outcomesOf('order-to-cash')).toEqual(['paid']);
        expect(engine.outcomesOf('refund')).toEqual(['refunded']);
        expect(engine.outcomesOf('payment-declined')).toEqual(['declined']);
        expect(engine.pending.size).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  it('tells of every run that it started and how it ended', () => {
    const { told } = play([]);

    const count = (name: string): number => told.filter((line) => line.endsWith(name)).length;

    expect(count('workflow.started')).toBe(3);
    expect(count('workflow.completed')).toBe(3);
    expect(count('task.started')).toBe(count('task.completed'));
  });
});
