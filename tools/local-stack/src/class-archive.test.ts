import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClassArchive } from './class-archive.ts';

const java = { executable: '/jdk/bin/java', home: '/jdk', version: '25.0.3', major: 25 };

describe('ClassArchive', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'class-archive-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('asks the first run to write an archive, and the next to read what the first one wrote', () => {
    const first = new ClassArchive(folder, java);
    const [write = ''] = first.arguments;
    expect(write).toMatch(/^-XX:ArchiveClassesAtExit=/);
    expect(first.isWritten).toBe(false);

    writeFileSync(write.slice('-XX:ArchiveClassesAtExit='.length), 'classes');
    first.keep();

    const next = new ClassArchive(folder, java);
    expect(next.isWritten).toBe(true);
    expect(next.arguments).toContain(`-XX:SharedArchiveFile=${join(folder, 'classes-25.0.3.jsa')}`);
    expect(readdirSync(folder)).toEqual(['classes-25.0.3.jsa']);
  });

  it('keeps nothing of a program that was killed before it wrote an archive', () => {
    const archive = new ClassArchive(folder, java);
    archive.keep();
    expect(archive.isWritten).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not read the archive of another Java version, nor write over that of another broker', () => {
    writeFileSync(join(folder, 'classes-21.0.1.jsa'), 'classes');
    const brokers = [1, 2].map((id) => new ClassArchive(folder, java, id).arguments[0]);
    expect(new Set(brokers).size).toBe(2);
    expect(brokers[0]).toMatch(/^-XX:ArchiveClassesAtExit=/);
  });
});
