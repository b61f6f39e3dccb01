import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { referencePages } from './reference-pages.ts';
import { readWorkspace } from './workspace.ts';

const root = join(import.meta.dirname, '..', '..', '..');

if (process.argv.includes('--help')) {
  console.log(
    'Usage: npm run reference\n\nWrites the pages of docs/reference that follow from the sources.',
  );
} else {
  for (const [path, text] of referencePages(readWorkspace(root))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    console.log(path);
  }
}
