import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'bench.ts');
const timeoutMs = 240_000;

interface Output {
  readonly benchmarks: readonly {
    readonly name: string;
    readonly refusals: readonly string[];
    readonly ratios: readonly { readonly value: { readonly median: number } }[];
  }[];
}

describe('bench', () => {
  it(
    'runs every benchmark with its baselines and finds nothing lost, doubled or out of order',
    async () => {
      const args = [program, '--events', '200', '--rounds', '1', '--json'];
      const options = { timeout: timeoutMs, maxBuffer: 2 ** 24 };

      const { stdout } = await run(process.execPath, args, options);

      const { benchmarks } = JSON.parse(stdout) as Output;
      expect(benchmarks.map(({ name }) => name)).toEqual(['path-3hop', 'ingress-http']);
      expect(benchmarks.flatMap(({ refusals }) => refusals)).toEqual([]);
      for (const { value } of benchmarks.flatMap(({ ratios }) => ratios)) {
        expect(value.median).toBeGreaterThan(0);
      }
    },
    timeoutMs,
  );

  it('refuses a benchmark that does not exist, and names those that do', async () => {
    const failing = run(process.execPath, [program, 'hop']);
    await expect(failing).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there are path-3hop and ingress-http') as string,
    });
  });
});
