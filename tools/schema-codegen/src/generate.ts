import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { render } from './render.ts';

const root = join(import.meta.dirname, '..', '..', '..');

if (process.argv.includes('--help')) {
  console.log(
    'Usage: npm run codegen\n\nWrites libs/contracts/src/generated from schemas/. Commit the result.',
  );
} else {
  const target = join(root, 'libs', 'contracts', 'src', 'generated');
  mkdirSync(target, { recursive: true });
  for (const [name, source] of render(join(root, 'schemas'))) {
    writeFileSync(join(target, name), source);
    console.log(`libs/contracts/src/generated/${name}`);
  }
}
