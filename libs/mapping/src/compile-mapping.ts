import { isMap, type Node } from 'yaml';
import type { CompileContext } from './compile-context.ts';
import { compileFields } from './compile-fields.ts';
import { conditionIn } from './compile-path.ts';
import { compileRule } from './compile-rule.ts';
import { Mapping, type MappingSource, type MappingTestCase } from './mapping.ts';
import type { Scope } from './path.ts';
import { anyShape, type Shape } from './shape.ts';
import { type LookupTables, readTable } from './table.ts';
import { isZone, parseInstant } from './time-value.ts';
import type { YamlEntry, YamlFile } from './yaml-file.ts';

/** What a document is compiled with. */
export interface MappingEnvironment {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly tables: LookupTables;
  readonly zone: string;
  readonly folder: string;
}

type Head = ReadonlyMap<string, YamlEntry>;

const documentKeys = [
  'mapping',
  'version',
  'title',
  'from',
  'to',
  'since',
  'when',
  'zone',
  'tables',
  'fields',
  'tests',
];
const namePattern = /^[a-z][a-z0-9-]{0,63}$/;

/**
 * Compiles one document: one mapping per target record that it names; none, with faults in the
 * file, when anything is wrong.
 */
export function compileMapping(
  yaml: YamlFile,
  environment: MappingEnvironment,
): readonly Mapping[] {
  const head = yaml.record(yaml.root, 'A mapping', documentKeys);
  const name = nameOf(yaml, head);
  const version = yaml.wholeNumber(head.get('version')?.value, 'version', 1) ?? 0;
  const source = shapeOf(yaml, head.get('from'), environment);
  const context: CompileContext = {
    yaml,
    tables: tablesOf(yaml, head, environment.tables),
    zone: zoneOf(yaml, head, environment.zone),
    shapes: { root: source.shape, item: source.shape },
    label: `${name}:${version}`,
    field: '',
    compileRule,
    compileFields,
  };
  const targets = targetsOf(head, context, environment).map(({ name: to, shape, accepts }) => ({
    to,
    target: shape,
    accepts,
    fields: compileFields(head.get('fields')?.value, shape, context),
  }));
  const sinceMicros = sinceOf(yaml, head);
  const tests = testsOf(yaml, head.get('tests')?.value);
  const title = head.has('title') ? (yaml.text(head.get('title')?.value, 'title') ?? name) : name;
  if (yaml.faults.length > 0) return [];
  return targets.map(
    ({ to, target, accepts, fields }) =>
      new Mapping({
        name,
        version,
        title,
        from: source.name,
        to,
        source: source.shape,
        target,
        sinceMicros,
        folder: environment.folder,
        tests,
        accepts: (data) => accepts.every((isAccepted) => isAccepted(scopeOf(data))),
        build: (data) => fields?.read(scopeOf(data)) as Record<string, unknown>,
      }),
  );
}

interface Target {
  readonly name: string;
  readonly shape: Shape;
  readonly accepts: readonly ((scope: Scope) => boolean)[];
}

/** `to` names one record, or several, each with the condition under which it is made. */
function targetsOf(
  head: Head,
  context: CompileContext,
  environment: MappingEnvironment,
): readonly Target[] {
  const to = head.get('to');
  const general = conditionsIn(head.get('when')?.value, context);
  if (!isMap(to?.value)) {
    return [{ ...shapeOf(context.yaml, to, environment), accepts: general }];
  }
  return context.yaml.entries(to.value, 'to').map(({ key, keyNode, value }) => {
    const accepts = [...general, ...conditionsIn(value ?? keyNode, context)];
    return { name: key, shape: shapeNamed(context.yaml, key, { keyNode, environment }), accepts };
  });
}

function conditionsIn(
  node: Node | undefined,
  context: CompileContext,
): ((scope: Scope) => boolean)[] {
  const condition = node && conditionIn(node, { ...context, field: 'the document' });
  return condition === undefined ? [] : [condition];
}

function scopeOf(data: MappingSource): Scope {
  return { root: data, item: data };
}

function nameOf(yaml: YamlFile, head: Head): string {
  const node = head.get('mapping')?.value;
  const name = yaml.text(node, 'mapping') ?? '';
  if (name !== '' && !namePattern.test(name)) {
    yaml.fault(node, 'A mapping is named in lower case letters, digits and hyphens');
  }
  return name;
}

function shapeOf(
  yaml: YamlFile,
  entry: YamlEntry | undefined,
  environment: MappingEnvironment,
): { readonly name: string; readonly shape: Shape } {
  const name = yaml.text(entry?.value, entry?.key ?? 'from and to') ?? '';
  return { name, shape: shapeNamed(yaml, name, { keyNode: entry?.value, environment }) };
}

/** A name of our own must be known; any other may be free form. */
function shapeNamed(
  yaml: YamlFile,
  name: string,
  place: { readonly keyNode: Node | undefined; readonly environment: MappingEnvironment },
): Shape {
  const shape = place.environment.shapes.get(name);
  if (shape === undefined && name.startsWith('sluice.')) {
    yaml.fault(place.keyNode, `There is no record ${name}`);
  }
  return shape ?? anyShape;
}

function tablesOf(yaml: YamlFile, head: Head, shared: LookupTables): LookupTables {
  const node = head.get('tables')?.value;
  if (node === undefined) return shared;
  const tables = new Map(shared);
  for (const { key, value } of yaml.entries(node, 'tables')) {
    tables.set(key, readTable(yaml, key, value));
  }
  return tables;
}

function zoneOf(yaml: YamlFile, head: Head, standard: string): string {
  const node = head.get('zone')?.value;
  if (node === undefined) return standard;
  const zone = yaml.text(node, 'zone') ?? standard;
  if (!isZone(zone)) yaml.fault(node, `There is no time zone ${zone}`);
  return isZone(zone) ? zone : standard;
}

function sinceOf(yaml: YamlFile, head: Head): bigint {
  const node = head.get('since')?.value;
  if (node === undefined) return 0n;
  try {
    return parseInstant(yaml.plain(node));
  } catch {
    yaml.fault(node, 'since must be an ISO 8601 instant with its offset');
    return 0n;
  }
}

function testsOf(yaml: YamlFile, node: Node | undefined): MappingTestCase[] {
  if (node === undefined) return [];
  return yaml.items(node, 'tests').flatMap((item) => {
    const test = yaml.record(item, 'A test', ['name', 'given', 'expect', 'fails']);
    const name = yaml.text(test.get('name')?.value, 'name');
    const given = yaml.text(test.get('given')?.value, 'given');
    if (test.has('expect') === test.has('fails')) {
      yaml.fault(item, 'A test needs either expect, a file, or fails, a failure code');
    }
    if (name === undefined || given === undefined) return [];
    const expectation = test.has('fails') ? 'fails' : 'expect';
    const wanted = yaml.text(test.get(expectation)?.value, expectation);
    return wanted === undefined ? [] : [{ name, given, [expectation]: wanted }];
  });
}
