import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { incompatibilities, readRevisions } from './compatibility.ts';
import { readSchemas } from './read-schemas.ts';
import type { AvroNode, AvroSchema } from './read-schemas.ts';
import { render } from './render.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const files = readSchemas(join(root, 'schemas'));

describe('the generated contracts', () => {
  it('are what the schemas give: run `npm run codegen` and commit', () => {
    for (const [name, source] of render(join(root, 'schemas'))) {
      expect(readFileSync(join(root, 'libs/contracts/src/generated', name), 'utf8')).toBe(source);
    }
  });
});

describe('the event schemas', () => {
  it.each(files.map((file) => [file.fullName, file] as const))(
    '%s documents every field',
    (_name, file) => {
      expect(undocumented(file.schema)).toEqual([]);
    },
  );

  it.each(files.map((file) => [file.fullName, file] as const))(
    '%s is fully compatible with every released revision',
    (_name, file) => {
      const revisions = readRevisions(join(root, 'tools/schema-codegen/revisions'), file.fullName);

      expect(revisions.length).toBeGreaterThan(0);
      for (const revision of revisions)
        expect(incompatibilities(file.schema, revision.schema)).toEqual([]);
    },
  );

  it('are told apart from an incompatible revision', () => {
    const broken = JSON.parse(
      readFileSync(
        join(import.meta.dirname, '..', 'fixtures', 'incompatible-payment-captured.avsc'),
        'utf8',
      ),
    ) as AvroNode;
    const current = files.find((file) => file.fullName === 'sluice.payments.v1.PaymentCaptured');

    expect(incompatibilities(current?.schema, broken)).not.toEqual([]);
  });
});

function undocumented(schema: AvroSchema, path = ''): string[] {
  if (typeof schema === 'string') return [];
  if (Array.isArray(schema))
    return (schema as readonly AvroSchema[]).flatMap((branch) => undocumented(branch, path));
  const node = schema as AvroNode;
  const own = node.name !== undefined && !node.doc ? [`${path}/${node.name}`] : [];
  const fields = (node.fields ?? []).flatMap((field) => [
    ...(field.doc ? [] : [`${path}/${node.name}.${field.name}`]),
    ...undocumented(field.type, `${path}/${node.name}`),
  ]);
  return [...own, ...fields, ...(node.items === undefined ? [] : undocumented(node.items, path))];
}
