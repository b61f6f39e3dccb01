import { existsSync, globSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSource } from './source.ts';

const pathPattern =
  /`((?:libs|services|tools|schemas|deploy|docs|\.ci)\/[A-Za-z0-9_./*-]+)`|\]\((?!https?:|#|mailto:)([^)#\s]+)/g;
const anchorPattern = /\]\((?!https?:|mailto:)([^)#\s]*)#([^)\s]+)\)/g;
const importPattern = /^import (?:type )?\{([^}]+)\} from '(@sluice\/[^']+)';$/gm;

/** Paths named in the documents that do not exist. */
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

/** Links to headings that do not exist. */
export function missingHeadings(root: string): string[] {
  return documents(root).flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8');
    return [...text.matchAll(anchorPattern)].flatMap(([, path = '', anchor = '']) => {
      const target = path === '' ? document : join(document, '..', path);
      if (!existsSync(join(root, target))) return [];
      return anchorsOf(readFileSync(join(root, target), 'utf8')).has(anchor)
        ? []
        : [`${document}: ${target} has no heading #${anchor}`];
    });
  });
}

/** Names that examples in the documents import from our packages, which these do not export. */
export function missingExports(root: string): string[] {
  return documents(root).flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8');
    return [...text.matchAll(importPattern)].flatMap(([, names = '', specifier = '']) => {
      const exported = exportsOf(root, specifier);
      return names
        .split(',')
        .map((name) => name.replace(/\btype\b|\bas\b.*/g, '').trim())
        .filter((name) => name !== '' && !exported.has(name))
        .map((name) => `${document}: ${specifier} does not export ${name}`);
    });
  });
}

/** Markdown files whose statements are checked. */
export function documents(root: string): string[] {
  const pages = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path));
  const readmes = globSync('libs/*/README.md', { cwd: root });
  return ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...pages, ...readmes];
}

function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => title);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function exportsOf(root: string, specifier: string): ReadonlySet<string> {
  const [, name = '', part] = specifier.split('/');
  return new Set(exportsOfFile(root, join('libs', name, 'src', part ?? '', 'index.ts')));
}

function exportsOfFile(root: string, path: string): readonly string[] {
  if (!existsSync(join(root, path))) return [];
  const text = readFileSync(join(root, path), 'utf8');
  const passedOn = [...text.matchAll(/^export (?:type )?\* from '(\.[^']+)';$/gm)];
  return [
    ...parseSource(path, text).exportedNames,
    ...passedOn.flatMap(([, target = '']) => exportsOfFile(root, join(path, '..', target))),
  ];
}
