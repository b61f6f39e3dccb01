import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixtures/temporary-folder.ts';
import { repositoryRoot } from './folders.ts';

let checkout = '';
let programs = '';

function bootstrap(path = programs): { readonly status: number | null; readonly stderr: string } {
  const script = join(checkout, 'tools/bootstrap.mjs');
  const env = { ...process.env, PATH: [path, '/usr/bin', '/bin'].join(delimiter) };
  return spawnSync(process.execPath, [script], { encoding: 'utf8', env });
}

function fakeNpm(script: string): void {
  const npm = join(programs, 'npm');
  writeFileSync(npm, `#!/bin/sh\n${script}\n`);
  chmodSync(npm, 0o755);
}

describe('bootstrap', () => {
  beforeEach(() => {
    checkout = join(temporaryFolder('checkout'), 'sluice');
    // A sibling whose name starts like the checkout must not be mistaken for a part of it.
    programs = `${checkout}-programs`;
    for (const folder of [join(checkout, 'tools'), programs])
      mkdirSync(folder, { recursive: true });
    cpSync(join(repositoryRoot, 'tools/bootstrap.mjs'), join(checkout, 'tools/bootstrap.mjs'));
    writeFileSync(join(checkout, 'package-lock.json'), '{}');
  });

  it('installs on a fresh checkout, and not again while the lock file stays the same', () => {
    fakeNpm('mkdir node_modules; echo "$@" >> calls');
    expect(bootstrap()).toMatchObject({ status: 0 });

    fakeNpm('exit 1');

    expect(bootstrap()).toEqual(expect.objectContaining({ status: 0, stderr: '' }));
    expect(existsSync(join(checkout, 'calls'))).toBe(true);
  });

  it('installs again when the lock file has changed', () => {
    fakeNpm('mkdir -p node_modules');
    bootstrap();
    writeFileSync(join(checkout, 'package-lock.json'), '{"changed":true}');
    fakeNpm('touch again');

    bootstrap();

    expect(existsSync(join(checkout, 'again'))).toBe(true);
  });

  it('says in one paragraph that the package registry cannot be reached', () => {
    fakeNpm('echo "npm error code ENOTFOUND" >&2; exit 1');

    const { status, stderr } = bootstrap();

    expect(status).toBe(1);
    expect(stderr).toMatch(/registry cannot be reached.*Check the network.*run the same command/);
  });

  it('says that the disk is full', () => {
    fakeNpm('echo "npm error code ENOSPC" >&2; exit 1');

    expect(bootstrap()).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('disk is full. Free about 2 GB'),
    });
  });

  it('does not take a broken installation for a whole one', () => {
    fakeNpm('mkdir node_modules; exit 1');
    bootstrap();
    fakeNpm('touch again');

    bootstrap();

    expect(existsSync(join(checkout, 'again'))).toBe(true);
  });

  it('accepts what was installed by hand to the letter of the lock file', () => {
    const packages = { 'node_modules/yaml': { version: '2.9.1' } };
    mkdirSync(join(checkout, 'node_modules'));
    writeFileSync(join(checkout, 'package-lock.json'), JSON.stringify({ packages }));
    writeFileSync(join(checkout, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
    fakeNpm('exit 1');

    expect(bootstrap()).toMatchObject({ status: 0 });
  });

  it('installs when what was installed by hand is another version', () => {
    const locked = { packages: { 'node_modules/yaml': { version: '2.9.2' } } };
    const installed = { packages: { 'node_modules/yaml': { version: '2.9.1' } } };
    mkdirSync(join(checkout, 'node_modules'));
    writeFileSync(join(checkout, 'package-lock.json'), JSON.stringify(locked));
    writeFileSync(join(checkout, 'node_modules/.package-lock.json'), JSON.stringify(installed));
    fakeNpm('touch again');

    bootstrap();

    expect(existsSync(join(checkout, 'again'))).toBe(true);
  });
});
