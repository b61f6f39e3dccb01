import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@sluice/local-stack';
import { describe, expect, it } from 'vitest';
import { buildWorker, PlantNotFound } from './build-worker.ts';
import { plants } from './plants.ts';

describe('plants', () => {
  it('are twelve, each with a name of its own', () => {
    expect(new Set(plants.map(({ name }) => name)).size).toBe(12);
  });

  it.each(plants.map((plant) => [plant.name, plant] as const))(
    'find the text that %s edits exactly once in the source',
    (_name, { edits }) => {
      for (const { file, replace } of edits) {
        const parts = readFileSync(join(repositoryRoot, file), 'utf8').split(replace);
        expect(parts.length - 1, `${file}: ${replace}`).toBe(1);
      }
    },
  );

  it('fail the build when their text is not there any more', async () => {
    const [plant] = plants;
    const edits = [{ ...plant!.edits[0]!, replace: 'text that nobody wrote' }];

    const building = buildWorker({ ...plant!, name: 'not-found', edits });

    await expect(building).rejects.toThrow(/does not hold exactly once/);
    expect(PlantNotFound.name).toBe('PlantNotFound');
  });
});
