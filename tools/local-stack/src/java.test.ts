import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixtures/temporary-folder.ts';
import { findJava, majorOf } from './java.ts';

const installations = temporaryFolder('java');

function fakeJava(name: string, version: string): string {
  const home = join(installations, name);
  mkdirSync(join(home, 'bin'), { recursive: true });
  const program = join(home, 'bin/java');
  writeFileSync(program, `#!/bin/sh\necho 'openjdk version "${version}"' >&2\n`);
  chmodSync(program, 0o755);
  return home;
}

const old = fakeJava('old-17', '17.0.15');
const recent = fakeJava('recent-21', '21.0.4');
const newest = fakeJava('newest-25', '25.0.3');

describe('findJava', () => {
  it('prefers SLUICE_JAVA to JAVA_HOME and the path', async () => {
    const env = { SLUICE_JAVA: recent, JAVA_HOME: newest, PATH: join(newest, 'bin') };

    const java = await findJava({ env, installFolders: [] });

    expect(java).toMatchObject({ home: recent, major: 21, version: '21.0.4' });
  });

  it('takes SLUICE_JAVA as a program too', async () => {
    const env = { SLUICE_JAVA: join(recent, 'bin/java') };

    expect(await findJava({ env, installFolders: [] })).toMatchObject({ home: recent });
  });

  it('passes over a java on the path that is too old', async () => {
    const env = { PATH: join(old, 'bin') };

    const java = await findJava({ env, installFolders: [installations] });

    expect(java.major).toBeGreaterThanOrEqual(21);
  });

  it('names what it looked at when nothing is new enough', async () => {
    const search = { env: { JAVA_HOME: old }, installFolders: [] };

    await expect(findJava(search)).rejects.toMatchObject({
      code: 'java-missing',
      message: expect.stringContaining(`${join(old, 'bin/java')} (17.0.15)`),
    });
  });

  it('says how to name one when there is none at all', async () => {
    await expect(findJava({ env: {}, installFolders: [] })).rejects.toThrow(
      /none was found\. Install a current Java .*SLUICE_JAVA/,
    );
  });
});

describe('majorOf', () => {
  it('reads every spelling of a version', () => {
    const majors = ['25.0.3', '21', '21-ea', '1.8.0_402', 'no version'].map(majorOf);

    expect(majors).toEqual([25, 21, 21, 8, undefined]);
  });
});
