import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { benchmarks } from './benchmarks.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'bench.ts');
const timeoutMs = 600_000;

/** Those that take long to start or wait for the clock are left to whoever publishes; their parts have tests. */
const names = ['codec', 'ingress-http', 'relay-drain', 'path-3hop'];

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Output {
  readonly benchmarks: readonly {
    readonly name: string;
    readonly refusals: readonly string[];
    readonly goals: readonly {
      readonly value: { readonly median: number };
      readonly isMet: boolean;
    }[];
  }[];
}

async function bench(args: readonly string[]): Promise<Ended> {
  const options = { timeout: timeoutMs, maxBuffer: 2 ** 24 };
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...args], options)) };
  } catch (error) {
    return error as Ended;
  }
}

/** What was printed; without it only the errors say why. */
function outputOf({ stdout, stderr }: Ended): Output {
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Output;
}

describe('bench', () => {
  it(
    'measures against baselines, finds nothing lost, doubled or out of order, and tells missed targets',
    async () => {
      const options = ['--events', '80', '--rounds', '1', '--json'];
      const ended = await bench([...names, ...options]);
      const { code, stderr } = ended;

      const output = outputOf(ended);
      expect(output.benchmarks.map(({ name }) => name)).toEqual(names);
      expect(output.benchmarks.flatMap(({ refusals }) => refusals)).toEqual([]);
      const goals = output.benchmarks.flatMap((one) => one.goals);
      for (const { value } of goals) expect(value.median).toBeGreaterThan(0);
      const missed = goals.filter(({ isMet }) => !isMet).length;
      expect(stderr.match(/^Target missed: /gm) ?? []).toHaveLength(missed);
      expect(code).toBe(missed === 0 ? 0 : 2);
    },
    timeoutMs,
  );

  it('refuses a benchmark that does not exist, and names those that do', async () => {
    const { code, stderr } = await bench(['everything']);

    expect(code).toBe(1);
    for (const { name } of benchmarks) expect(stderr).toContain(name);
  });
});
