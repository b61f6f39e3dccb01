import type { Flow } from './flow.ts';

/** A flow and the hash of the document it was compiled from. */
export interface KnownFlow {
  readonly flow: Flow;
  readonly hash: string;
}

/** The flows of this process: the ones new runs start with, and older versions runs still need. */
export class FlowSet {
  readonly #current = new Map<string, KnownFlow>();
  readonly #versions = new Map<string, KnownFlow>();

  constructor(current: readonly KnownFlow[]) {
    for (const known of current) {
      this.#current.set(known.flow.name, known);
      this.add(known);
    }
  }

  /** Makes a version known that no new run starts with. */
  add(known: KnownFlow): void {
    this.#versions.set(keyOf(known.flow.name, known.flow.version), known);
  }

  /** The flows new runs start with. */
  get current(): readonly KnownFlow[] {
    return [...this.#current.values()];
  }

  find(name: string, version: string): Flow | undefined {
    return this.#versions.get(keyOf(name, version))?.flow;
  }

  /** Flows that an event of the type starts. */
  startedBy(type: string): readonly KnownFlow[] {
    return this.current.filter(({ flow }) => flow.triggerType === type);
  }

  /** Names of the flows in which some version has a task that listens for the type. */
  listeningFor(type: string): ReadonlySet<string> {
    const known = [...this.#versions.values()].filter(({ flow }) => flow.listenTypes.has(type));
    return new Set(known.map(({ flow }) => flow.name));
  }

  /** Every event type that starts a flow or that some task listens for. */
  get types(): ReadonlySet<string> {
    const known = [...this.#versions.values()].map(({ flow }) => flow);
    return new Set(known.flatMap((flow) => [flow.triggerType, ...flow.listenTypes]));
  }
}

function keyOf(name: string, version: string): string {
  return `${name}:${version}`;
}
