import type { Project } from './workspace.ts';

/** A setting as its decorator declares it. */
interface SettingRow {
  readonly name: string;
  readonly doc: string;
  readonly fallback: string;
}

/** A catalogue entry as its source declares it. */
interface ErrorRow {
  readonly code: string;
  readonly sentence: string;
  readonly class: string;
  readonly httpStatus: string;
}

/** The reference pages by path; `npm run reference` writes them, a test compares them. */
export function referencePages(projects: readonly Project[]): Map<string, string> {
  return new Map([
    ['docs/reference/errors.md', errorsPage(projects)],
    ['docs/reference/settings.md', settingsPage(projects)],
    ['docs/reference/metrics.md', metricsPage(projects)],
  ]);
}

function errorsPage(projects: readonly Project[]): string {
  const parts = projects.flatMap((project) => {
    const rows = project.files.flatMap((file) => errorRows(file.text));
    if (rows.length === 0) return [];
    const lines = rows.map(
      (row) => `| \`${row.code}\` | ${row.httpStatus} | ${row.class} | ${row.sentence} |`,
    );
    return [
      `## ${project.folder}\n\n| code | HTTP | class | what happened, what to do |\n|---|---|---|---|\n${lines.join('\n')}\n`,
    ];
  });
  const head =
    '# Errors\n\nEvery stable code, written from the catalogues by `npm run reference`. At an HTTP edge a code comes as\n' +
    'RFC 9457 problem details with `type: urn:sluice:error:<code>`. The class says what a consumer does: transient\n' +
    'failures are tried again with back-off, permanent ones park the key or go to the dead letter topic at once,\n' +
    'poison goes to the dead letter topic with its raw bytes.\n';
  return `${head}\n${parts.join('\n')}`;
}

function settingsPage(projects: readonly Project[]): string {
  const parts = projects.flatMap((project) => {
    const rows = project.files.flatMap((file) =>
      isProduct(file.path) ? settingRows(file.text) : [],
    );
    if (rows.length === 0) return [];
    const lines = rows.map((row) => `| \`${row.name}\` | ${row.doc} | ${row.fallback} |`);
    const title = project.folder === 'libs/config' ? 'Every service' : project.folder;
    return [
      `## ${title}\n\n| setting | what it is | default |\n|---|---|---|\n${lines.join('\n')}\n`,
    ];
  });
  const head =
    '# Settings\n\nEnvironment variables, read once and validated before anything starts; all faults are listed at once. A\n' +
    'secret may come from the file that `<NAME>_FILE` names. Written from the sources by `npm run reference`.\n';
  return `${head}\n${parts.join('\n')}`;
}

function metricsPage(projects: readonly Project[]): string {
  const rows = projects
    .filter((project) => !project.folder.startsWith('tools/'))
    .flatMap((project) =>
      project.files.flatMap((file) => (isProduct(file.path) ? metricRows(file.text) : [])),
    );
  const unique = [...new Map(rows.map((row) => [row.name, row])).values()].toSorted((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const lines = unique.map((row) => `| \`${row.name}\` | ${row.kind} | ${row.doc} |`);
  return (
    '# Metrics\n\nEvery service serves them under `/metrics` in the Prometheus format; counters get the suffix `_total` there.\n' +
    `Written from the sources by \`npm run reference\`.\n\n| metric | kind | what it tells |\n|---|---|---|\n${lines.join('\n')}\n`
  );
}

function errorRows(text: string): ErrorRow[] {
  const start = text.indexOf('defineErrors({');
  if (start < 0) return [];
  const pattern =
    /^\s{2}([A-Z][A-Z0-9_]+): \{\s*sentence:\s*([\s\S]*?),\s*class:\s*'([a-z]+)',\s*httpStatus:\s*(\d+)/gm;
  return [...text.slice(start).matchAll(pattern)].map(
    ([, code, sentence, failureClass, httpStatus]) => ({
      code: code ?? '',
      sentence: textOf(sentence ?? ''),
      class: failureClass ?? '',
      httpStatus: httpStatus ?? '',
    }),
  );
}

function settingRows(text: string): SettingRow[] {
  const pattern = /@Setting\(\s*'([A-Z0-9_]+)',\s*\{([\s\S]*?)\}\s*,?\s*\)\s*(?=@|[a-zA-Z])/g;
  return [...text.matchAll(pattern)].map(([, name, body]) => ({
    name: name ?? '',
    doc: textOf(
      /doc:\s*((?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`)(?:\s*\+\s*(?:'(?:[^'\\]|\\.)*'|"[^"]*"))*)/.exec(
        body ?? '',
      )?.[1] ?? '',
    ),
    fallback: fallbackOf(body ?? ''),
  }));
}

function fallbackOf(body: string): string {
  const secret = /secret:\s*true/.test(body) ? ' (secret)' : '';
  const value = /default:\s*('[^']*'|"[^"]*"|[\w.-]+)/.exec(body)?.[1];
  if (value !== undefined) return `\`${value.replaceAll(/['"]/g, '') || 'empty'}\`${secret}`;
  return (/optional:\s*true/.test(body) ? 'unset' : 'required') + secret;
}

function metricRows(text: string): { name: string; kind: string; doc: string }[] {
  const pattern =
    /\b(counter|gauge|histogram)\(\s*'(sluice_[a-z0-9_]+)',\s*('(?:[^'\\]|\\.)*'|"[^"]*")/g;
  return [...text.matchAll(pattern)].map(([, kind, name, doc]) => ({
    kind: kind ?? '',
    name: name ?? '',
    doc: textOf(doc ?? ''),
  }));
}

/** The text of one or several concatenated string literals. */
function textOf(source: string): string {
  const parts = [...source.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`/g)];
  return parts
    .map(([, single, double, tick]) => single ?? double ?? tick ?? '')
    .join('')
    .replaceAll(/\\(['"])/g, '$1')
    .replaceAll('|', '\\|');
}

function isProduct(path: string): boolean {
  return !/\.test\.ts$|\/testing\//.test(path);
}
