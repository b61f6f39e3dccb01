import { readFileSync, writeFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const outDir = join(import.meta.dirname, 'dist', 'web');

/** Lays a compressed copy beside each script and style, which the service sends where it is accepted. */
const compressedCopies: Plugin = {
  name: 'compressed-copies',
  apply: 'build',
  async closeBundle() {
    for await (const path of glob('assets/*.{js,css}', { cwd: outDir })) {
      writeFileSync(
        join(outDir, `${path}.gz`),
        gzipSync(readFileSync(join(outDir, path)), { level: 9 }),
      );
    }
  },
};

/** Builds the web application into dist/web; `vite` serves it with the API of a console that runs. */
export default defineConfig({
  root: join(import.meta.dirname, 'src', 'web'),
  plugins: [compressedCopies],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2023',
    // Images in scripts and styles would need `data:` in the policy.
    assetsInlineLimit: 0,
    sourcemap: false,
    rolldownOptions: {
      // The directive is for server components, of which there are none here.
      onLog: (level, log, report) => {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:4000' } },
});
