import { setTimeout as pause } from 'node:timers/promises';
import type { FaultKind, PlannedFault } from './fault-plan.ts';

/** How one kind of fault is done. It resolves when the fault is over and healed. */
export type FaultHand = (fault: PlannedFault) => Promise<void>;

/** Names what a fault needs for itself; two faults that share a name never overlap. */
export type ClaimOf = (fault: PlannedFault) => string;

/** A fault that was done, and when, by the clock on the wall. */
export interface DoneFault {
  readonly kind: FaultKind;
  readonly target: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** What became of the faults of a plan. */
export interface FaultCounts {
  readonly injected: Readonly<Partial<Record<FaultKind, number>>>;
  /** Left out because their target suffered from earlier ones until the end. */
  readonly passedOver: number;
  /** Faults that could not be done or healed, in words. */
  readonly troubles: readonly string[];
  readonly done: readonly DoneFault[];
}

const reasonCharactersMax = 200;
/** A plan that is a little late is no reason to leave its last faults out. */
const graceMs = 1_000;

/** How a plan is run. */
export interface RunOptions {
  /** When the storm ends; a fault that had to wait too long to end before is passed over. */
  readonly lastMs: number;
  /** Told of every fault when it begins. */
  readonly tell?: (fault: PlannedFault) => void;
}

/**
 * Injects the faults of a plan at their times, many at once, but never two at the same target: there the later one waits
 * for the earlier. Of the many rebalances none waits.
 */
export class FaultRunner {
  private readonly hands: Readonly<Record<FaultKind, FaultHand>>;
  private readonly claimOf: ClaimOf;
  private readonly claims = new Map<string, Promise<void>>();
  private readonly injected: Partial<Record<FaultKind, number>> = {};
  private readonly troubles: string[] = [];
  private readonly done: DoneFault[] = [];
  private passedOver = 0;

  constructor(hands: Readonly<Record<FaultKind, FaultHand>>, claimOf: ClaimOf) {
    this.hands = hands;
    this.claimOf = claimOf;
  }

  /** Runs the whole plan and waits until the last fault is over. */
  async run(
    plan: readonly PlannedFault[],
    { lastMs, tell = () => undefined }: RunOptions,
  ): Promise<FaultCounts> {
    const startedAtMs = Date.now();
    const endsAtMs = startedAtMs + lastMs;
    for (const fault of plan) {
      const waitMs = startedAtMs + fault.atMs - Date.now();
      if (waitMs > 0) await pause(waitMs);
      this.enqueue(fault, async () => {
        if (Date.now() + fault.lastMs > endsAtMs + graceMs) {
          this.passedOver += 1;
          return;
        }
        tell(fault);
        await this.inject(fault);
      });
    }
    await Promise.all(this.claims.values());
    const { injected, passedOver, troubles, done } = this;
    return { injected, passedOver, troubles, done };
  }

  private enqueue(fault: PlannedFault, work: () => Promise<void>): void {
    const claim = this.claimOf(fault);
    const earlier = this.claims.get(claim);
    if (earlier !== undefined && fault.kind === 'rebalance') {
      this.passedOver += 1;
      return;
    }
    const mine = (earlier ?? Promise.resolve()).then(work).then(() => {
      if (this.claims.get(claim) === mine) this.claims.delete(claim);
    });
    this.claims.set(claim, mine);
  }

  private async inject(fault: PlannedFault): Promise<void> {
    const { kind, target } = fault;
    const fromMs = Date.now();
    this.injected[kind] = (this.injected[kind] ?? 0) + 1;
    try {
      await this.hands[kind](fault);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.troubles.push(`${kind} of ${target}: ${reason.slice(0, reasonCharactersMax)}`);
    } finally {
      this.done.push({ kind, target, fromMs, toMs: Date.now() });
    }
  }
}
