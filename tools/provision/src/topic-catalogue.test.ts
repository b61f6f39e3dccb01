import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSchemas, subjectSchemas } from './provision-schemas.ts';
import { parseTopicCatalogue, readTopicCatalogue } from './topic-catalogue.ts';

const schemaFolder = join(import.meta.dirname, '../../../schemas');
const text = `
defaults: {partitions: 6, retentionDays: 7, deadLetterRetentionDays: 30}
topics:
  payments.v1: {kind: canonical, key: paymentId, retentionDays: 30, records: [a.B], groups: [x.y]}
  flows.v1: {kind: internal, key: runId, partitions: 2, records: [], groups: []}
projections: [console.timeline]
`;

describe('parseTopicCatalogue', () => {
  it('fills in the defaults', () => {
    const { topics } = parseTopicCatalogue(text);

    expect(topics).toMatchObject([
      { name: 'payments.v1', partitions: 6, retentionMs: 30 * 86_400_000 },
      { name: 'flows.v1', partitions: 2, retentionMs: 7 * 86_400_000 },
    ]);
  });

  it('derives one dead letter topic per group and per projection', () => {
    const { deadLetters } = parseTopicCatalogue(text);

    expect(deadLetters).toMatchObject([
      { name: 'payments.v1.x.y.dlt', partitions: 6, retentionMs: 30 * 86_400_000 },
      { name: 'payments.v1.console.timeline.dlt', partitions: 6 },
      { name: 'flows.v1.console.timeline.dlt', partitions: 2 },
    ]);
  });
});

describe('subjectSchemas', () => {
  it('finds a schema for every record of the catalogue of this repository', () => {
    const catalogue = readTopicCatalogue(join(schemaFolder, 'topics.yaml'));

    const subjects = subjectSchemas(catalogue, readSchemas(schemaFolder));

    expect(subjects.map(({ subject }) => subject)).toContain(
      'payments.v1-sluice.payments.v1.PaymentCaptured',
    );
  });

  it('names a record without a schema and its topic', () => {
    const catalogue = parseTopicCatalogue(text);

    expect(() => subjectSchemas(catalogue, new Map())).toThrow(
      'The topic payments.v1 carries a.B, for which there is no .avsc file.',
    );
  });
});
