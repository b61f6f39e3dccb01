import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const pathPattern =
  /`((?:libs|services|tools|schemas|deploy|docs|\.ci)\/[A-Za-z0-9_./*-]+)`|\]\((?!https?:|#|mailto:)([^)#\s]+)/g;

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

/** Markdown files whose statements are checked. */
export function documents(root: string): string[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path));
  return ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...pages];
}
