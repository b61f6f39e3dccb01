import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from './workspace.ts';

const pathPattern = /`((?:libs|services|tools|schemas|deploy|docs|\.ci)\/[A-Za-z0-9_./*-]+)`|\]\((?!https?:|#|mailto:)([^)#\s]+)/g;

/** Paths named in README, ARCHITECTURE, CONTRIBUTING and docs that do not exist. */
export function missingPaths(root: string): string[] {
  return documents(root).flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8');
    return [...text.matchAll(pathPattern)].flatMap(([, quoted, linked]) => {
      const path = quoted ?? join(document, '..', linked ?? '');
      if (path.includes('*') || existsSync(join(root, path))) return [];
      return [`${document}: ${path} does not exist`];
    });
  });
}

/** Error codes that catalogues declare and docs/reference/errors.md lacks, and the other way round. */
export function catalogueDifferences(root: string, projects: readonly Project[]): string[] {
  const declared = new Set(projects.flatMap((project) => project.files.flatMap((file) => codesOf(file.text))));
  const page = readFileSync(join(root, 'docs', 'reference', 'errors.md'), 'utf8');
  const listed = new Set([...page.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map(([, code]) => code ?? ''));
  return [
    ...[...declared].filter((code) => !listed.has(code)).map((code) => `${code} is missing in docs/reference/errors.md`),
    ...[...listed].filter((code) => !declared.has(code)).map((code) => `docs/reference/errors.md lists ${code}, which no catalogue declares`),
  ];
}

/** Codes declared by `defineErrors` in a source text. */
export function codesOf(text: string): string[] {
  if (!text.includes('defineErrors(')) return [];
  return [...text.matchAll(/^\s{2}([A-Z][A-Z0-9_]+): \{/gm)].map(([, code]) => code ?? '');
}

/** Markdown files whose statements are checked. */
export function documents(root: string): string[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path));
  return ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...pages];
}
