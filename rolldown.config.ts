import { existsSync } from 'node:fs';
import { defineConfig } from 'rolldown';

/**
 * Bundles one service: our own code goes in, node_modules stay outside.
 * `@oxc-project/runtime` is the transformer's helper and must be inside, or the bundle fails at start.
 */
const entries = ['main', 'migrate'].filter((name) => existsSync(`src/${name}.ts`));

export default defineConfig({
  input: Object.fromEntries(entries.map((name) => [name, `src/${name}.ts`])),
  platform: 'node',
  external: (id) => !/^(?:[./]|@sluice\/|@oxc-project\/)/.test(id),
  output: { dir: 'dist', format: 'esm', sourcemap: true, cleanDir: true },
});
