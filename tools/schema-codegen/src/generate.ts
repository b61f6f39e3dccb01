import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordRevision } from './compatibility.ts';
import { readSchemas } from './read-schemas.ts';
import { render } from './render.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const help = `Usage: npm run codegen [-- --release]

Writes libs/contracts/src/generated from schemas/. Commit the result.

  --release   also records every changed schema as a new revision, against which all later
              ones are checked (tools/schema-codegen/revisions)
`;

function generate(): void {
  const target = join(root, 'libs', 'contracts', 'src', 'generated');
  mkdirSync(target, { recursive: true });
  for (const [name, source] of render(join(root, 'schemas'))) {
    writeFileSync(join(target, name), source);
    console.log(`libs/contracts/src/generated/${name}`);
  }
}

function release(): void {
  const folder = join(root, 'tools', 'schema-codegen', 'revisions');
  for (const file of readSchemas(join(root, 'schemas'))) {
    const revision = recordRevision(folder, file);
    if (revision !== undefined) console.log(`${revision.fullName}: revision ${revision.number}`);
  }
}

if (process.argv.includes('--help')) {
  console.log(help);
} else {
  generate();
  if (process.argv.includes('--release')) release();
}
