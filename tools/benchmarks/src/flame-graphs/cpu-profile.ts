import { basename } from 'node:path';

/** A profile as V8 writes it, as far as it is needed. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}

/** One function below its callers, with the time of all that it called. */
export interface Frame {
  readonly name: string;
  /** Where the code comes from, for the colour. */
  readonly origin: 'ours' | 'package' | 'node' | 'engine';
  micros: number;
  readonly callees: Map<string, Frame>;
}

/** Time in which nothing ran says nothing about where time goes. */
const leftOut = new Set(['(idle)', '(program)', '(root)']);

/** A process spends the first part of its work on its start and on compiling what it runs. */
const startPart = 1 / 2;

/** Adds up profiles of one program into one tree of frames; equal paths of names become one. */
export function framesOf(profiles: readonly CpuProfile[]): Frame {
  const root: Frame = { name: 'all', origin: 'engine', micros: 0, callees: new Map() };
  for (const profile of profiles) addProfile(root, profile);
  return root;
}

function addProfile(root: Frame, { nodes, samples, timeDeltas }: CpuProfile): void {
  const nodeById = new Map(nodes.map((node) => [node.id, node]));
  const parentOf = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const pathOf = (id: number): ProfileNode[] => {
    const path: ProfileNode[] = [];
    for (let at: number | undefined = id; at !== undefined; at = parentOf.get(at)) {
      const node = nodeById.get(at);
      if (node !== undefined) path.unshift(node);
    }
    return path.filter(({ callFrame }) => callFrame.functionName !== '(root)');
  };
  const isLeftOut = (id: number): boolean =>
    leftOut.has(nodeById.get(id)?.callFrame.functionName ?? '(root)');
  const busy = samples
    .map((id, index) => ({ id, micros: Math.max(0, timeDeltas[index] ?? 0) }))
    .filter(({ id }) => !isLeftOut(id));
  const microsById = new Map<number, number>();
  for (const { id, micros } of busy.slice(Math.floor(busy.length * startPart))) {
    microsById.set(id, (microsById.get(id) ?? 0) + micros);
  }
  for (const [id, micros] of microsById) addPath(root, pathOf(id), micros);
}

function addPath(root: Frame, path: readonly ProfileNode[], micros: number): void {
  let frame = root;
  frame.micros += micros;
  for (const node of path) {
    const name = nameOf(node);
    let callee = frame.callees.get(name);
    if (callee === undefined) {
      callee = { name, origin: originOf(node), micros: 0, callees: new Map() };
      frame.callees.set(name, callee);
    }
    callee.micros += micros;
    frame = callee;
  }
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  return url === '' ? name : `${name} ${basename(url)}:${lineNumber + 1}`;
}

function originOf({ callFrame: { url } }: ProfileNode): Frame['origin'] {
  if (url === '') return 'engine';
  if (url.startsWith('node:')) return 'node';
  return url.includes('/node_modules/') ? 'package' : 'ours';
}
