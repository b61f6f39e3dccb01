import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { zipkinArtifact } from './artifacts.ts';
import type { Java } from './java.ts';
import { ArtifactStore } from './maven.ts';

const java: Java = { executable: '/usr/bin/java', home: '/usr', major: 21, version: '21' };
let cacheFolder = '';

function storeWith(script: string): ArtifactStore {
  const maven = join(cacheFolder, 'mvn');
  writeFileSync(maven, `#!/bin/sh\n${script}\n`);
  chmodSync(maven, 0o755);
  return new ArtifactStore({ cacheFolder, java, maven });
}

describe('ArtifactStore', () => {
  beforeEach(() => {
    cacheFolder = mkdtempSync(join(tmpdir(), 'sluice-maven-'));
  });

  it('does not need Maven for what is in the cache', async () => {
    mkdirSync(join(cacheFolder, zipkinArtifact.folder));
    const store = new ArtifactStore({ cacheFolder, java, maven: '/nowhere/mvn' });

    expect(await store.get(zipkinArtifact)).toBe(join(cacheFolder, zipkinArtifact.folder));
  });

  it('says that Maven is missing and to install it', async () => {
    const store = new ArtifactStore({ cacheFolder, java, maven: '/nowhere/mvn' });

    await expect(store.get(zipkinArtifact)).rejects.toMatchObject({
      code: 'maven-missing',
      message: expect.stringContaining('Install Maven 3.8 or newer'),
    });
  });

  it('says that the repository cannot be reached, in Maven’s own words', async () => {
    const store = storeWith('echo "[ERROR] Could not transfer artifact: Unknown host"; exit 1');

    await expect(store.get(zipkinArtifact)).rejects.toMatchObject({
      code: 'artifacts-unreachable',
      message: expect.stringContaining('Unknown host'),
    });
  });

  it('tells a full disk from a network that is down', async () => {
    const store = storeWith('echo "java.io.IOException: No space left on device" >&2; exit 1');

    await expect(store.get(zipkinArtifact)).rejects.toMatchObject({ code: 'disk-full' });
  });

  it('leaves no half-fetched folder behind', async () => {
    const store = storeWith('exit 1');

    await expect(store.get(zipkinArtifact)).rejects.toThrow('could not be fetched');

    expect(readdirSync(cacheFolder)).toEqual(['mvn']);
  });

  it('fetches once for all who ask at the same time', async () => {
    const store = storeWith(`echo x >> ${join(cacheFolder, 'calls')}`);

    await Promise.all([store.get(zipkinArtifact), store.get(zipkinArtifact)]);

    expect(existsSync(join(cacheFolder, zipkinArtifact.folder))).toBe(true);
    expect(readdirSync(cacheFolder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
