import { join } from 'node:path';
import { rolldown } from 'rolldown';

const projectFolder = join(import.meta.dirname, '..');
const programFolder = join(projectFolder, 'dist');

/**
 * The programs of all benchmarks, by name. Node cannot run their decorators as they are, and our
 * services run bundled, so that programs are bundled in the same way.
 */
const sources = {
  'product-source': 'src/product/source/main.ts',
  'product-hop': 'src/product/hop/main.ts',
  'raw-source': 'src/raw/source/main.ts',
  'raw-pipe': 'src/raw/pipe/main.ts',
  'naive-source': 'src/naive/source/main.ts',
  'naive-mapper': 'src/naive/mapper/main.ts',
  'naive-hop': 'src/naive/hop/main.ts',
  'naive-http': 'src/naive/http/main.ts',
  'bare-http': 'src/bare-http/main.ts',
  'codec-runner': 'src/codec/runner/main.ts',
  'span-sink': 'src/trace-cost/span-sink/main.ts',
  'backlog-relay': 'src/backlog/relay/main.ts',
  'delete-queue': 'src/backlog/delete-queue/main.ts',
  'stock-client': 'src/idle/stock-client/main.ts',
  'row-at-a-time-hop': 'src/row-at-a-time/hop/main.ts',
  'pg-transactional-outbox-source': 'src/pg-transactional-outbox/source/main.ts',
  'load-generator': 'src/load-generator/main.ts',
} as const;

export type ProgramName = keyof typeof sources;

/** The built file of a program. */
export function programFile(name: ProgramName): string {
  return join(programFolder, `${name}.js`);
}

/** Builds all programs, which takes about a second. */
export async function buildPrograms(): Promise<void> {
  const build = await rolldown({
    cwd: projectFolder,
    input: sources,
    platform: 'node',
    logLevel: 'silent',
    external: (id) => !/^(?:[./]|@sluice\/|@oxc-project\/)/.test(id),
  });
  try {
    await build.write({ dir: programFolder, format: 'esm', sourcemap: true, cleanDir: true });
  } finally {
    await build.close();
  }
}
