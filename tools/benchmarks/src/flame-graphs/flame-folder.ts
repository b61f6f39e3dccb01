import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryRoot } from '@sluice/local-stack';
import { type CpuProfile, framesOf } from './cpu-profile.ts';
import { flameSvg } from './flame-svg.ts';

const assetsFolder = join(repositoryRoot, 'docs/assets');

/** Where processes leave their profiles, one folder a process, and where graphs come from. */
export class FlameFolder {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static make(): FlameFolder {
    return new FlameFolder(mkdtempSync(join(tmpdir(), 'sluice-profiles-')));
  }

  /** Draws what a benchmark's processes left, forgets it, and returns the files written. */
  drawAll(benchmark: string): readonly string[] {
    return readdirSync(this.folder).map((processName) => {
      const folder = join(this.folder, processName);
      const profiles = readdirSync(folder).map(
        (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as CpuProfile,
      );
      rmSync(folder, { recursive: true });
      mkdirSync(assetsFolder, { recursive: true });
      const name = flameFile(benchmark, processName);
      const title = `${benchmark}: CPU time of ${processName}`;
      writeFileSync(join(assetsFolder, name), flameSvg(framesOf(profiles), title));
      return `docs/assets/${name}`;
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function flameFile(benchmark: string, processName: string): string {
  return `flame-${benchmark}-${processName}.svg`;
}

/** Graphs of a benchmark that are kept in the repository, by process. */
export function flameFilesOf(benchmark: string): readonly { process: string; file: string }[] {
  if (!existsSync(assetsFolder)) return [];
  const prefix = `flame-${benchmark}-`;
  return readdirSync(assetsFolder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.svg'))
    .toSorted()
    .map((file) => ({ process: file.slice(prefix.length, -'.svg'.length), file }));
}
