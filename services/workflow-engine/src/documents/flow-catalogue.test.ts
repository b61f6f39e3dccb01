import { join } from 'node:path';
import { loadMappings, runMappingTests } from '@sluice/mapping';
import { describe, expect, it } from 'vitest';
import { argumentShapes } from './argument-shapes.ts';
import { loadFlows, loadLibrary } from './flow-catalogue.ts';

const service = join(import.meta.dirname, '../..');
const mappingsDir = join(service, 'mappings');

describe('the documents of this service', () => {
  it('are accepted whole', () => {
    const library = loadLibrary({ mappingsDir, timeZone: 'UTC' });

    const documents = loadFlows(join(service, 'flows'), library);

    expect(documents.map(({ flow }) => flow.name)).toEqual([
      'fraud-review',
      'order-to-cash',
      'payment-declined',
      'refund',
    ]);
  });

  const results = runMappingTests(
    loadMappings(mappingsDir, { shapes: argumentShapes(), zone: 'UTC' }),
  );

  it.each(results)('map as written: $mapping:$version, $name', (result) => {
    const { isPassed, actual, expected } = result;

    expect(isPassed ? expected : actual).toEqual(expected);
    expect(isPassed).toBe(true);
  });
});
