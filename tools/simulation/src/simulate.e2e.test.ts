import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plants } from './plants.ts';

const program = join(import.meta.dirname, 'simulate.ts');
const minuteMs = 60_000;

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly complaints: string;
}

function simulate(...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, ...args],
      { maxBuffer: 64 * 1024 * 1024 },
      (error, output, complaints) => {
        resolve({ code: error === null ? 0 : Number(error.code), output, complaints });
      },
    );
  });
}

describe('npm run simulate', () => {
  it(
    'breaks no invariant in 200 seeds',
    async () => {
      const { code, output, complaints } = await simulate('--seeds', '200', '--json');

      const summary = JSON.parse(output) as Record<string, unknown>;
      expect({ violations: summary['violations'], complaints }).toMatchObject({ violations: [] });
      expect(summary).toMatchObject({ seeds: 200, from: 1, canaryCaught: true });
      expect(code).toBe(0);
    },
    10 * minuteMs,
  );

  it('fails on the canary, and names the command that replays it', async () => {
    const { code, output } = await simulate('--seeds', '1', '--from', '0');

    expect(code).toBe(1);
    expect(output).toContain('seed 0: invariant 4');
    expect(output).toContain('npm run simulate -- --seeds 1 --from 0 --history');
  });

  it('tells the same histories again, in any number of processes', async () => {
    const digestOf = async (workers: number): Promise<unknown> => {
      const args = ['--seeds', '6', '--from', '11', '--workers', String(workers), '--json'];
      const { output } = await simulate(...args);
      return (JSON.parse(output) as Record<string, unknown>)['digest'];
    };

    expect(await digestOf(1)).toBe(await digestOf(3));
  });

  it(
    'catches every planted bug',
    async () => {
      const { code, output } = await simulate('--plant', 'all', '--seeds', '60', '--json');

      const { plants: caught } = JSON.parse(output) as {
        plants: { name: string; seed?: number }[];
      };
      const missed = caught.filter(({ seed }) => seed === undefined);
      expect(missed).toEqual([]);
      expect(caught).toHaveLength(plants.length);
      expect(code).toBe(0);
    },
    15 * minuteMs,
  );

  it('explains itself and refuses what it does not know', async () => {
    expect((await simulate('--help')).output).toContain('--plant NAME');
    const refused = await simulate('--plant', 'nonsense');
    expect([refused.code, refused.complaints]).toEqual([
      1,
      expect.stringContaining('There is no bug named nonsense'),
    ]);
  });
});
