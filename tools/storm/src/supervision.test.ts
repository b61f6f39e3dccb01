import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Supervision, type SupervisedProgram } from './supervision.ts';

/** A program that ends at once as often as it is told to. */
class FakeProgram implements SupervisedProgram {
  isAlive = false;
  startCount = 0;
  signals: string[] = [];
  onUnexpectedExit: (reason: string) => void = () => undefined;
  private failures: number;

  constructor(failures = 0) {
    this.failures = failures;
  }

  async start(): Promise<void> {
    this.startCount += 1;
    await pause(5);
    this.isAlive = this.failures <= 0;
    this.failures -= 1;
    if (!this.isAlive) throw new Error('ended at once');
  }

  kill(signal?: NodeJS.Signals): Promise<void> {
    this.signals.push(signal ?? '');
    return Promise.resolve();
  }

  crash(): void {
    this.isAlive = false;
    this.onUnexpectedExit('exit code 1');
  }
}

describe('Supervision', () => {
  it('starts a program until it stays', async () => {
    const program = new FakeProgram(1);

    await new Supervision().keep(program);

    expect(program).toMatchObject({ isAlive: true, startCount: 2 });
  });

  it('wakes a program that is halted', async () => {
    const program = new FakeProgram();
    program.isAlive = true;

    await new Supervision().keep(program);

    expect(program).toMatchObject({ startCount: 0, signals: ['SIGCONT'] });
  });

  it('starts a program once when two ask for it', async () => {
    const program = new FakeProgram();
    const supervision = new Supervision();

    await Promise.all([supervision.keep(program), supervision.keep(program)]);

    expect(program.startCount).toBe(1);
  });

  it('starts a program again that has crashed, until it is stopped', async () => {
    const program = new FakeProgram();
    const supervision = new Supervision();
    supervision.watch([program]);
    await supervision.keep(program);

    program.crash();
    await supervision.keep(program);
    expect(program.startCount).toBe(2);

    supervision.stop();
    program.crash();
    await pause(20);
    expect(program.startCount).toBe(2);
  });
});
