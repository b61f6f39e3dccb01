import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { zipkinArtifact } from './artifacts.ts';
import { temporaryFolder } from './fixtures/temporary-folder.ts';
import type { Java } from './java.ts';
import { ArtifactStore } from './maven.ts';
import { isNewEnough } from './maven-version.ts';

const java: Java = { executable: '/usr/bin/java', home: '/usr', major: 21, version: '21' };
let cacheFolder = '';

/** A Maven that answers `-v` like a real one, colours included, and does everything else by a script. */
function storeWith(script: string): ArtifactStore {
  return storeOf(
    `if [ "$1" = -v ]; then printf '\\033[1mApache Maven 3.9.9 (8e8579a)\\033[m\\n'; exit 0; fi\n${script}`,
  );
}

function storeOf(script: string): ArtifactStore {
  const maven = join(cacheFolder, 'mvn');
  writeFileSync(maven, `#!/bin/sh\n${script}\n`);
  chmodSync(maven, 0o755);
  return new ArtifactStore({ cacheFolder, java, maven, versionTimeoutMs: 500 });
}

describe('ArtifactStore', () => {
  beforeEach(() => {
    cacheFolder = temporaryFolder('maven');
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

  it('refuses an old Maven and says which one it found where', async () => {
    const store = storeOf('echo "Apache Maven 3.6.3"; echo "Maven home: /usr/share/maven"');

    await expect(store.get(zipkinArtifact)).rejects.toMatchObject({
      code: 'maven-unusable',
      message: expect.stringMatching(
        /Maven 3\.8 or newer, and \S+\/mvn is Maven 3\.6\.3\. Install a current Maven/,
      ),
    });
  });

  it('ends a Maven that hangs, with all that it has started', async () => {
    // The call returns once nobody holds the output any more, so a sleeper left behind would hold it up.
    const store = storeOf('sleep 60 & wait');

    await expect(store.get(zipkinArtifact)).rejects.toThrow('did not answer within 0.5 s');
  });

  it('refuses what is no Maven, in its own words', async () => {
    const store = storeOf('echo; echo "hello from something else"');

    await expect(store.get(zipkinArtifact)).rejects.toMatchObject({
      code: 'maven-unusable',
      message: expect.stringContaining('names no version and says “hello from something else”'),
    });
  });

  it('refuses a Maven that cannot run, in its own words', async () => {
    const store = storeOf('echo "JAVA_HOME is not defined correctly" >&2; exit 1');

    await expect(store.get(zipkinArtifact)).rejects.toThrow(
      'fails and says “JAVA_HOME is not defined correctly”',
    );
  });

  it('ends a fetch that is no longer wanted', async () => {
    storeWith('exec sleep 60');
    const abort = new AbortController();
    const maven = join(cacheFolder, 'mvn');
    const store = new ArtifactStore({ cacheFolder, java, maven, signal: abort.signal });
    const fetched = store.get(zipkinArtifact);
    setTimeout(() => abort.abort(), 100);

    await expect(fetched).rejects.toThrow('aborted');
    expect(readdirSync(cacheFolder)).toEqual(['mvn']);
  });

  it('says that the repository cannot be reached, in Maven’s own words from the address on', async () => {
    const store = storeWith(
      'echo "[ERROR] Plugin p could not be resolved: Could not transfer artifact from http://r: Unknown host"; exit 1',
    );

    await expect(store.get(zipkinArtifact)).rejects.toMatchObject({
      code: 'artifacts-unreachable',
      message: expect.stringMatching(/Maven said: Could not transfer artifact .*Unknown host$/),
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

describe('isNewEnough', () => {
  it('is true from 3.8 on, release candidates of 4 included', () => {
    const answers = ['3.8', '3.8.7', '3.10.1', '4.0.0-rc-4', '3.6.3', '2.2.1'].map(isNewEnough);

    expect(answers).toEqual([true, true, true, true, false, false]);
  });
});
