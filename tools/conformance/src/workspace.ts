import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readSource } from './source.ts';
import type { SourceFile } from './source.ts';

/** One package of the workspace. */
export interface Project {
  readonly name: string;
  /** Folder relative to the root, for example `libs/money`. */
  readonly folder: string;
  readonly floor: number;
  readonly dependencies: ReadonlyMap<string, string>;
  readonly devDependencies: ReadonlyMap<string, string>;
  /** Other projects named in the tsconfig's references, as folders relative to the root. */
  readonly references: readonly string[];
  readonly exports: readonly string[];
  readonly files: readonly SourceFile[];
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly exports?: Record<string, string>;
  readonly nx?: { readonly tags?: readonly string[] };
}

/** Reads every project below libs, services and tools with its sources. */
export function readWorkspace(root: string): Project[] {
  return ['libs', 'services', 'tools'].flatMap((group) =>
    readdirSync(join(root, group), { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && existsSync(join(root, group, entry.name, 'package.json')),
      )
      .map((entry) => readProject(root, join(group, entry.name))),
  );
}

function readProject(root: string, folder: string): Project {
  const manifest = readJson<Manifest>(join(root, folder, 'package.json'));
  const tsconfig = readJson<{ references?: { path: string }[] }>(
    join(root, folder, 'tsconfig.json'),
  );
  const floorTag = manifest.nx?.tags?.find((tag) => tag.startsWith('floor:'));
  return {
    name: manifest.name,
    folder,
    floor: Number(floorTag?.slice('floor:'.length) ?? Number.NaN),
    dependencies: new Map(Object.entries(manifest.dependencies ?? {})),
    devDependencies: new Map(Object.entries(manifest.devDependencies ?? {})),
    references: (tsconfig.references ?? [])
      .map((reference) => relative(root, join(root, folder, reference.path)))
      .filter((path) => !path.startsWith(`${folder}/`)),
    exports: Object.values(manifest.exports ?? {}),
    files: readFiles(root, join(folder, 'src')),
  };
}

function readFiles(root: string, folder: string): SourceFile[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(?:ts|tsx)$/.test(path) && !path.includes('generated/'))
    .map((path) => readSource(root, join(folder, path)));
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
