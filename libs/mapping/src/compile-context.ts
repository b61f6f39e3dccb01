import type { Node } from 'yaml';
import type { Scope, ScopeShape } from './path.ts';
import type { Shape } from './shape.ts';
import type { LookupTables } from './table.ts';
import type { YamlEntry, YamlFile } from './yaml-file.ts';

/** A rule turned into a closure; undefined from `read` means that there is no value. */
export interface Compiled {
  readonly shape: Shape;
  readonly read: (scope: Scope) => unknown;
}

/** Everything a rule is compiled with; faults go to `yaml`, nothing is thrown. */
export interface CompileContext {
  readonly yaml: YamlFile;
  readonly tables: LookupTables;
  readonly zone: string;
  readonly shapes: ScopeShape;
  /** Mapping name and version, for failures. */
  readonly label: string;
  /** Target path of the field, for faults and failures. */
  readonly field: string;
  compileRule(node: Node | undefined, target: Shape, context: CompileContext): Compiled | undefined;
  compileFields(
    node: Node | undefined,
    target: Shape,
    context: CompileContext,
  ): Compiled | undefined;
}

/** One kind of source in the language, for example `from` or `each`. */
export interface SourceKind {
  /** Keys of the rule that belong to this source. */
  readonly extras: readonly string[];
  compile(
    entry: YamlEntry,
    rule: ReadonlyMap<string, YamlEntry>,
    use: { readonly target: Shape; readonly context: CompileContext },
  ): Compiled | undefined;
}
