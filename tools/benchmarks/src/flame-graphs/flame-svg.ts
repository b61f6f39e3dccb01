import type { Frame } from './cpu-profile.ts';

const width = 1_200;
const rowHeight = 17;
const margin = 10;
const headHeight = 40;
const depthMax = 60;
/** Narrower frames cannot be seen and would only make the file large. */
const frameWidthMin = 1.5;
const characterWidth = 6.2;

const colours: Readonly<Record<Frame['origin'], string>> = {
  ours: '#f4a259',
  package: '#8cb3d9',
  node: '#9fcf9f',
  engine: '#c9c9c9',
};

interface Box {
  readonly frame: Frame;
  readonly x: number;
  readonly width: number;
  readonly depth: number;
}

/** Draws frames with callers above callees; pointing at one tells its name and share. */
export function flameSvg(root: Frame, title: string): string {
  const boxes: Box[] = [];
  place(root, { x: margin, width: width - 2 * margin, depth: 0 }, boxes);
  const rows = Math.max(...boxes.map(({ depth }) => depth)) + 1;
  const height = headHeight + rows * rowHeight + margin;
  const drawn = boxes.map((box) => drawBox(box, root.micros));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${margin}" y="18" font-size="14">${escaped(title)}</text>
<text x="${margin}" y="33">${legend()}</text>
${drawn.join('\n')}
</svg>
`;
}

function place(frame: Frame, at: Omit<Box, 'frame'>, boxes: Box[]): void {
  if (at.width < frameWidthMin || at.depth > depthMax) return;
  boxes.push({ frame, ...at });
  let { x } = at;
  const callees = [...frame.callees.values()].toSorted((a, b) => b.micros - a.micros);
  for (const callee of callees) {
    const share = (at.width * callee.micros) / frame.micros;
    place(callee, { x, width: share, depth: at.depth + 1 }, boxes);
    x += share;
  }
}

function drawBox({ frame, x, width: boxWidth, depth }: Box, total: number): string {
  const y = headHeight + depth * rowHeight;
  const share = ((frame.micros / total) * 100).toFixed(1);
  const characters = Math.floor((boxWidth - 4) / characterWidth);
  const label = characters < 3 ? '' : frame.name.slice(0, characters);
  const text =
    label === '' ? '' : `<text x="${tenths(x + 2)}" y="${y + 12}">${escaped(label)}</text>`;
  return (
    `<g><title>${escaped(frame.name)} – ${share} %</title>` +
    `<rect x="${tenths(x)}" y="${y}" width="${tenths(boxWidth)}" height="${rowHeight - 1}" fill="${colours[frame.origin]}"/>` +
    `${text}</g>`
  );
}

function legend(): string {
  const words = { ours: 'this project', package: 'packages', node: 'Node', engine: 'engine' };
  return Object.entries(words)
    .map(
      ([origin, word]) => `<tspan fill="${colours[origin as Frame['origin']]}">■</tspan> ${word}`,
    )
    .join('  ');
}

function tenths(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
