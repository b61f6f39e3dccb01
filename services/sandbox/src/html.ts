import { scalarText } from './json.ts';

/** Text made safe for HTML. */
export function escaped(text: unknown): string {
  return scalarText(text).replaceAll(
    /[&<>"']/g,
    (sign) => `&#${sign.codePointAt(0)?.toString() ?? ''};`,
  );
}

const style = `
  :root { color-scheme: light dark; --line: #8884; --soft: #8881; --act: #2457c5; }
  * { box-sizing: border-box; }
  body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid var(--line); }
  fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 0 0 1rem; }
  label { display: block; padding: .25rem 0; }
  button { font: inherit; padding: .5rem 1rem; border: 0; border-radius: .4rem; cursor: pointer;
    background: var(--act); color: #fff; }
  button:focus-visible, input:focus-visible { outline: 3px solid #f90; outline-offset: 2px; }
  .note { background: var(--soft); padding: .5rem .8rem; border-radius: .4rem; }
  .number { text-align: right; font-variant-numeric: tabular-nums; }
  @media (max-width: 40rem) { table { display: block; overflow-x: auto; } }`;

/** A whole page without outside assets; `body` must be safe HTML already. */
export function htmlPage(title: string, body: string, script = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><title>${escaped(title)}</title><style>${style}</style></head>
<body>${body}${script === '' ? '' : `<script>${script}</script>`}</body></html>`;
}
