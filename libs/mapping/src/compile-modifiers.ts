import type { Compiled, CompileContext } from './compile-context.ts';
import { pathIn } from './compile-path.ts';
import { type Conversion, conversionNames, conversionOf } from './conversions.ts';
import type { CompiledPath, Scope } from './path.ts';
import { anyShape, describeShape, type Shape, textShape } from './shape.ts';
import type { LookupTable } from './table.ts';
import { isZone } from './time-value.ts';
import { ValueRefused, wrongType } from './value-refused.ts';
import type { YamlEntry } from './yaml-file.ts';

/** One step that changes a present value. */
interface Step {
  readonly gives: Shape;
  /** True when an empty text may pass through it. */
  readonly takesEmpty: boolean;
  change(value: unknown, scope: Scope): unknown;
}

/** Keys of the steps, in the order in which they apply. */
export const stepKeys = ['as', 'currency', 'zone', 'lookup', 'lookupIn'] as const;

/** Adds `as`, `lookup` and `lookupIn` to a source; undefined (with faults) when one is wrong. */
export function withSteps(
  source: Compiled,
  rule: ReadonlyMap<string, YamlEntry>,
  context: CompileContext,
): Compiled | undefined {
  const steps: Step[] = [];
  let shape = source.shape;
  const conversions = conversionsOf(rule, context);
  if (conversions === undefined) return undefined;
  for (const make of [...conversions, ...lookupsOf(rule, context)]) {
    const step = make(shape);
    if (step === undefined) return undefined;
    steps.push(step);
    shape = shape.kind === 'maybe' ? { kind: 'maybe', of: step.gives } : step.gives;
  }
  if (steps.length === 0) return source;
  const takesEmpty = steps.every((step) => step.takesEmpty);
  return {
    shape,
    read: (scope) => {
      let value = source.read(scope);
      if (value === undefined || (value === '' && !takesEmpty)) return undefined;
      for (const step of steps) {
        value = step.change(value, scope);
        if (value === undefined) return undefined;
      }
      return value;
    },
  };
}

type MakeStep = (shape: Shape) => Step | undefined;

function conversionsOf(
  rule: ReadonlyMap<string, YamlEntry>,
  context: CompileContext,
): MakeStep[] | undefined {
  const node = rule.get('as')?.value;
  const currencyEntry = rule.get('currency');
  const currency = currencyEntry && pathIn(currencyEntry.value, context);
  const zone = zoneOf(rule, context);
  if (!rule.has('as')) {
    if (currencyEntry) context.yaml.fault(currencyEntry.keyNode, 'currency goes with as: money');
    return [];
  }
  const names = Array.isArray(context.yaml.plain(node))
    ? context.yaml.items(node, 'as').map((item) => context.yaml.plain(item))
    : [context.yaml.plain(node)];
  return names.map((name) => (shape) => {
    const conversion = conversionOf(String(name));
    const fault = conversionFault(String(name), { conversion, shape, hasCurrency: !!currency });
    if (conversion !== undefined && fault === undefined) {
      return conversionStep(conversion, zone, currency);
    }
    context.yaml.fault(node, fault ?? 'No such conversion');
    return undefined;
  });
}

function conversionFault(
  name: string,
  use: { conversion: Conversion | undefined; shape: Shape; hasCurrency: boolean },
): string | undefined {
  if (use.conversion === undefined) {
    return `There is no conversion ${name}; there are ${conversionNames.join(', ')}`;
  }
  const shape = use.shape.kind === 'maybe' ? use.shape.of : use.shape;
  if (shape.kind !== 'any' && !use.conversion.accepts.includes(shape.kind)) {
    return `${name} takes ${use.conversion.accepts.join(' or ')}, not ${describeShape(shape)}`;
  }
  return use.conversion.needsCurrency === true && !use.hasCurrency
    ? `${name} needs currency, the path of the ISO 4217 code`
    : undefined;
}

function conversionStep(
  conversion: Conversion,
  zone: string,
  currency: CompiledPath | undefined,
): Step {
  const { gives } = conversion;
  const takesEmpty = gives === textShape && conversion.accepts.length === 1;
  if (currency === undefined) {
    const settings = { zone, currency: undefined };
    return { gives, takesEmpty, change: (value) => conversion.convert(value, settings) };
  }
  return {
    gives,
    takesEmpty,
    change: (value, scope) => {
      const code = currency.read(scope);
      if (code !== undefined && typeof code !== 'string') throw wrongType('a currency code', code);
      return conversion.convert(value, { zone, currency: code });
    },
  };
}

function zoneOf(rule: ReadonlyMap<string, YamlEntry>, context: CompileContext): string {
  const node = rule.get('zone')?.value;
  if (node === undefined) return context.zone;
  const zone = context.yaml.text(node, 'zone') ?? '';
  if (isZone(zone)) return zone;
  context.yaml.fault(node, `There is no time zone ${zone}`);
  return context.zone;
}

function lookupsOf(rule: ReadonlyMap<string, YamlEntry>, context: CompileContext): MakeStep[] {
  const made: MakeStep[] = [];
  const lookup = rule.get('lookup');
  if (lookup !== undefined) {
    const table = tableIn(lookup, context);
    const hasDefault = rule.has('default');
    made.push((shape) => {
      if (table === undefined || !canBeKey(shape, lookup, context)) return undefined;
      return tableStep(table, hasDefault);
    });
  }
  const lookupIn = rule.get('lookupIn');
  if (lookupIn !== undefined) {
    const path = pathIn(lookupIn.value, context);
    made.push((shape) => {
      if (path === undefined || !canBeKey(shape, lookupIn, context)) return undefined;
      return mapStep(path, rule.has('default'));
    });
  }
  return made;
}

/** The table that the entry names; a fault when there is none. */
export function tableIn(entry: YamlEntry, context: CompileContext): LookupTable | undefined {
  const name = context.yaml.text(entry.value, entry.key);
  const table = name === undefined ? undefined : context.tables.get(name);
  if (name !== undefined && table === undefined) {
    context.yaml.fault(entry.value, `There is no table ${name}`);
  }
  return table;
}

function canBeKey(shape: Shape, entry: YamlEntry, context: CompileContext): boolean {
  const kind = shape.kind === 'maybe' ? shape.of.kind : shape.kind;
  if (['any', 'text', 'whole', 'flag'].includes(kind)) return true;
  context.yaml.fault(entry.keyNode, `${entry.key} takes text, not ${describeShape(shape)}`);
  return false;
}

function tableStep(table: LookupTable, hasDefault: boolean): Step {
  return {
    gives: table.isText ? textShape : anyShape,
    takesEmpty: table.entries.has(''),
    change: (value) => {
      const found = table.entries.get(String(value)) ?? table.otherwise;
      if (found === undefined && !hasDefault) throw missed(`table ${table.name}`, value);
      return found;
    },
  };
}

function mapStep(path: CompiledPath, hasDefault: boolean): Step {
  const shape = path.shape.kind === 'maybe' ? path.shape.of : path.shape;
  return {
    gives: shape.kind === 'map' ? shape.values : anyShape,
    takesEmpty: false,
    change: (value, scope) => {
      const map = path.read(scope);
      const isMap = typeof map === 'object' && map !== null;
      const key = String(value);
      const found = isMap && Object.hasOwn(map, key) ? Reflect.get(map, key) : undefined;
      if ((found ?? undefined) === undefined && !hasDefault) throw missed('the map', value);
      return (found as unknown) ?? undefined;
    },
  };
}

function missed(where: string, value: unknown): ValueRefused {
  const key = JSON.stringify(String(value).slice(0, 40));
  return new ValueRefused('MAPPING_LOOKUP_MISSED', `finds no ${key} in ${where}`);
}
