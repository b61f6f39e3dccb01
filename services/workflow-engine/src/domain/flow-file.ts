import { YamlFile } from '@sluice/mapping';
import type { Node } from 'yaml';

/** What every expression of a flow may read. */
const knownVariables: readonly string[] = ['input', 'output', 'context', 'workflow', 'event'];
const macroVariable = /\.(?:map|filter|all|exists|exists_one)\(\s*([A-Za-z_]\w*)\s*,/g;

interface Use {
  readonly node: Node | undefined;
  readonly text: string;
  readonly references: readonly string[];
}

/** A flow document while it is compiled; it also knows which variables its expressions read. */
export class FlowFile extends YamlFile {
  readonly #declared = new Set<string>();
  readonly #uses: Use[] = [];

  /** Makes a name known to expressions: a `catch … as name`. */
  declare(name: string, node: Node | undefined): void {
    if (!/^[a-z][A-Za-z0-9]*$/.test(name) || knownVariables.includes(name)) {
      this.fault(node, `"${name}" cannot name a problem`);
    }
    this.#declared.add(name);
  }

  /** Notes that an expression reads these paths. */
  use(use: Use): void {
    this.#uses.push(use);
  }

  /** Notes a fault for every expression that reads a variable nothing provides. */
  checkVariables(): void {
    for (const { node, text, references } of this.#uses) {
      const bound = [...text.matchAll(macroVariable)].map(([, name]) => name);
      for (const reference of references) {
        const [root = ''] = reference.split('.', 1);
        if (knownVariables.includes(root) || this.#declared.has(root) || bound.includes(root)) {
          continue;
        }
        const known = [...knownVariables, ...this.#declared].join(', ');
        this.fault(node, `Nothing is called "${root}" here; there is ${known}`);
      }
    }
  }
}
