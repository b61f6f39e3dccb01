import { basename, dirname, join, normalize } from 'node:path';
import type { Project } from './workspace.ts';
import type { SourceFile } from './source.ts';

/** What is wrong, one sentence each; empty when the house is in order. */
export type Rule = (projects: readonly Project[]) => string[];

const testFile = /\.(?:test|conformance|bench)\.tsx?$|\/testing\/|\/fixtures\//;
const builtIn = /^node:/;
const door = /\.(?:controller|consumer|job)\.ts$/;

/** A dependency stands on a lower floor; same-floor and upward imports are refused. */
export const floors: Rule = (projects) => {
  const byName = new Map(projects.map((project) => [project.name, project]));
  return projects.flatMap((project) => {
    if (Number.isNaN(project.floor)) return [`${project.folder}: no floor tag in package.json`];
    const own = [...project.dependencies.keys(), ...project.devDependencies.keys()];
    return own.flatMap((name) => {
      const dependency = byName.get(name);
      if (dependency === undefined || dependency.floor < project.floor) return [];
      if (project.floor === 6 && dependency.floor === 6) return [];
      return [
        `${project.folder} (floor ${project.floor}) depends on ${dependency.folder} (floor ${dependency.floor})`,
      ];
    });
  });
};

/** Every imported package is declared and every declared one imported; versions are exact and equal. */
export const declaredIsImported: Rule = (projects) => [
  ...projects.flatMap(declaredOfProject),
  ...differingVersions(projects),
];

/** tsconfig references are exactly the workspace packages that package.json declares. */
export const references: Rule = (projects) => {
  const folderByName = new Map(projects.map((project) => [project.name, project.folder]));
  return projects.flatMap((project) => {
    const declared = [...project.dependencies.keys(), ...project.devDependencies.keys()].flatMap(
      (name) => folderByName.get(name) ?? [],
    );
    const missing = declared.filter((folder) => !project.references.includes(folder));
    const extra = project.references.filter((folder) => !declared.includes(folder));
    return [
      ...missing.map((folder) => `${project.folder}/tsconfig.json: no reference to ${folder}`),
      ...extra.map(
        (folder) => `${project.folder}/tsconfig.json: reference to undeclared ${folder}`,
      ),
    ];
  });
};

/** Only the Kafka adapter and the tools that provision and measure speak kafkajs. */
export const kafkajsInOnePlace: Rule = (projects) => {
  const allowed = /^(?:libs\/messaging-kafka|tools\/)/;
  return allFiles(projects)
    .filter((file) => !allowed.test(file.path) && file.imports.includes('kafkajs'))
    .map((file) => `${file.path}: imports kafkajs`);
};

/** Domain files are pure: no Nest, no TypeORM, no I/O, nothing from outer rings. */
export const pureDomains: Rule = (projects) => {
  const forbidden =
    /^(?:@nestjs\/|typeorm|pg$|kafkajs|undici|node:(?:fs|net|http|https|child_process|timers))|\.(?:entity|repository|gateway|controller|consumer|job)\.ts$/;
  return allFiles(projects)
    .filter((file) => file.path.includes('/src/domain/') && !testFile.test(file.path))
    .flatMap((file) =>
      file.imports
        .filter((name) => forbidden.test(name))
        .map((name) => `${file.path}: imports ${name}`),
    );
};

/** Slices do not import slices. A slice is a folder with a door: a controller, a consumer or a job. */
export const slicesApart: Rule = (projects) =>
  projects
    .filter((project) => project.folder.startsWith('services/'))
    .flatMap((project) => {
      const slices = new Set(
        project.files
          .filter((file) => door.test(file.path))
          .map((file) => roomOf(project, file.path)),
      );
      return project.files.flatMap((file) => {
        const own = roomOf(project, file.path);
        if (own === undefined || testFile.test(file.path)) return [];
        return relativeImports(file)
          .map((target) => roomOf(project, target))
          .filter((room) => room !== undefined && room !== own && slices.has(room))
          .map((room) => `${file.path}: imports the slice ${room}`);
      });
    });

/** Files stay within 400 lines, functions within 70 lines and 3 parameters. */
export const sizes: Rule = (projects) =>
  allFiles(projects).flatMap((file) => {
    const lines = file.text.split('\n').length - 1;
    const tooLong = lines > 400 ? [`${file.path}: ${lines} lines, at most 400`] : [];
    if (testFile.test(file.path)) return tooLong;
    const functions = file.functions.flatMap((one) => [
      ...(one.lines > 70
        ? [`${file.path}:${one.line}: a function of ${one.lines} lines, at most 70`]
        : []),
      ...(one.parameters > 3 && !one.isParameterListGiven
        ? [`${file.path}:${one.line}: ${one.parameters} parameters, at most 3`]
        : []),
    ]);
    return [...tooLong, ...functions];
  });

/** File names are kebab-case and avoid the words that name nothing. */
export const names: Rule = (projects) =>
  allFiles(projects).flatMap((file) => {
    const name = basename(file.path);
    const faults: string[] = [];
    if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.tsx?$/.test(name))
      faults.push(`${file.path}: not kebab-case`);
    if (/(?:^|[-.])(?:utils?|commons?|helpers?|managers?|impl)(?:[-.])/.test(name)) {
      faults.push(`${file.path}: a name that says nothing`);
    }
    return faults;
  });

/** Every source file is reached from an entry point, an export, or a test runner. */
export const everyFileImported: Rule = (projects) =>
  projects.flatMap((project) => {
    const imported = new Set(project.files.flatMap(relativeImports));
    const entries = new Set(project.exports.map((path) => normalize(join(project.folder, path))));
    return project.files
      .filter((file) => !imported.has(file.path) && !entries.has(file.path))
      .filter((file) => !testFile.test(file.path) && !isEntry(project, file))
      .map((file) => `${file.path}: no file imports it`);
  });

/** No default exports, no `any`, no disabled rules, no left-over markers. */
export const plainCode: Rule = (projects) =>
  allFiles(projects).flatMap((file) => {
    const faults: string[] = [];
    if (file.hasDefaultExport && !file.path.endsWith('.config.ts')) faults.push('default export');
    if (/\bTODO\b|\bFIXME\b/.test(file.text) && !file.path.includes('conformance'))
      faults.push('a left-over marker');
    if (
      /@ts-ignore|oxlint-disable|eslint-disable/.test(file.text) &&
      !file.path.includes('conformance')
    ) {
      faults.push('a disabled rule');
    }
    if (
      !testFile.test(file.path) &&
      /(?:: any\b|as any\b|<any>)/.test(file.text) &&
      !file.path.includes('conformance')
    ) {
      faults.push('`any`');
    }
    return faults.map((fault) => `${file.path}: ${fault}`);
  });

function declaredOfProject(project: Project): string[] {
  const importedBy = (accept: (file: SourceFile) => boolean): Set<string> =>
    new Set(project.files.filter(accept).flatMap((file) => packagesOf(file)));
  const inProduct = importedBy((file) => !testFile.test(file.path));
  const anywhere = importedBy(() => true);
  const declared = new Set([...project.dependencies.keys(), ...project.devDependencies.keys()]);
  const missing = [...anywhere].filter(
    (name) => !declared.has(name) && !rootTools.has(name) && name !== project.name,
  );
  const unused = [...declared].filter((name) => !anywhere.has(name) && !ambient.has(name));
  const onlyTests = [...project.dependencies.keys()].filter(
    (name) =>
      anywhere.has(name) &&
      !inProduct.has(name) &&
      !ambient.has(name) &&
      !project.folder.startsWith('tools/'),
  );
  const testing = exportsTesting(project) ? [] : onlyTests;
  return [
    ...missing.map(
      (name) => `${project.folder}: imports ${name}, which its package.json does not declare`,
    ),
    ...unused.map((name) => `${project.folder}: declares ${name} and never imports it`),
    ...testing.map(
      (name) => `${project.folder}: only tests import ${name}; declare it in devDependencies`,
    ),
  ];
}

/** Packages of the root's devDependencies that tests of every project may use. */
const rootTools = new Set(['vitest', 'fast-check', '@nestjs/testing', 'rolldown', 'vite']);

/** Loaded by a framework rather than imported by us. */
const ambient = new Set(['reflect-metadata', 'class-transformer', 'pg']);

function exportsTesting(project: Project): boolean {
  return project.exports.some((path) => path.includes('/testing/'));
}

function differingVersions(projects: readonly Project[]): string[] {
  const versions = new Map<string, Map<string, string>>();
  for (const project of projects) {
    for (const [name, version] of [...project.dependencies, ...project.devDependencies]) {
      const seen = versions.get(name) ?? new Map<string, string>();
      seen.set(version, project.folder);
      versions.set(name, seen);
    }
  }
  return [...versions].flatMap(([name, seen]) => {
    const inexact = name.startsWith('@sluice/')
      ? []
      : [...seen.keys()].filter((version) => !/^\d/.test(version));
    return [
      ...(seen.size > 1
        ? [`${name}: versions ${[...seen.keys()].join(' and ')} in one workspace`]
        : []),
      ...inexact.map((version) => `${name}: ${version} is no exact version`),
    ];
  });
}

function packagesOf(file: SourceFile): string[] {
  return file.imports
    .filter((name) => !name.startsWith('.') && !builtIn.test(name) && !name.includes('${'))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

function relativeImports(file: SourceFile): string[] {
  return file.imports
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(file.path), name)));
}

function allFiles(projects: readonly Project[]): SourceFile[] {
  return projects.flatMap((project) => project.files);
}

function roomOf(project: Project, path: string): string | undefined {
  const rest = path.startsWith(`${project.folder}/src/`)
    ? path.slice(project.folder.length + 5)
    : '';
  const [room, ...deeper] = rest.split('/');
  return deeper.length === 0 ? undefined : room;
}

function isEntry(project: Project, file: SourceFile): boolean {
  if (/\/(?:main|migrate)\.tsx?$/.test(file.path) || file.path.endsWith('.d.ts')) return true;
  return project.folder.startsWith('tools/') && dirname(file.path) === join(project.folder, 'src');
}
