import { setTimeout as pause } from 'node:timers/promises';
import type { ManagedProcess } from '@sluice/local-stack';

const startPauseMs = 500;

/** The part of a program that supervision needs. */
export type SupervisedProgram = Pick<ManagedProcess, 'isAlive' | 'start' | 'kill'> & {
  onUnexpectedExit: ManagedProcess['onUnexpectedExit'];
};

/**
 * Starts programs again that have ended by themselves, as every platform does: one whose database is still down ends
 * again, and is started again.
 */
export class Supervision {
  private readonly starting = new Map<SupervisedProgram, Promise<void>>();
  private isOver = false;

  watch(programs: readonly SupervisedProgram[]): void {
    for (const program of programs) {
      program.onUnexpectedExit = () => void this.keep(program);
    }
  }

  /** Makes sure that a program runs and is not halted. Safe to call at any time, also twice at once. */
  async keep(program: SupervisedProgram): Promise<void> {
    const known = this.starting.get(program);
    if (known !== undefined) return await known;
    if (program.isAlive) return await program.kill('SIGCONT');
    const work = this.startUntilAlive(program).finally(() => this.starting.delete(program));
    this.starting.set(program, work);
    await work;
  }

  /** No program is started from now on. */
  stop(): void {
    this.isOver = true;
  }

  private async startUntilAlive(program: SupervisedProgram): Promise<void> {
    while (!program.isAlive && !this.isOver) {
      // One that runs and is not ready in time waits for others that are down, and needs no second start.
      await program.start().catch(() => pause(startPauseMs));
    }
  }
}
