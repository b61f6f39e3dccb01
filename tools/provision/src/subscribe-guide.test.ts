import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTopicCatalogue } from './topic-catalogue.ts';

const root = join(import.meta.dirname, '../../..');
const guide = readFileSync(join(root, 'docs/guides/subscribe-to-topics.md'), 'utf8');

describe('docs/guides/subscribe-to-topics.md', () => {
  it('lists exactly the canonical topics with their events', () => {
    const { topics } = readTopicCatalogue(join(root, 'schemas/topics.yaml'));
    const canonical = topics.filter(({ kind }) => kind === 'canonical');

    const rows = [...guide.matchAll(/^\| `([a-z]+\.v\d+)` \| [^|]+ \| ([^|]+) \|$/gm)].map(
      ([, name, events = '']) => ({ name, records: events.match(/sluice\.[\w.]+/g) }),
    );

    expect(rows).toEqual(canonical.map(({ name, records }) => ({ name, records })));
  });
});
