import type { FunctionDefinition } from '@sluice/contracts';
import { PermanentFailure } from '@sluice/failure';
import type { YamlEntry } from '@sluice/mapping';
import { isMap, type Node } from 'yaml';
import { describeArgument, matchesType } from './argument-types.ts';
import type { FlowFile } from './flow-file.ts';
import type { ArgumentMapping, FlowLibrary } from './flow-library.ts';
import type { Template } from './flow.ts';
import { isJsonObject, toJson, type JsonObject } from './json.ts';
import { compileTemplate, constantOf } from './template.ts';

/** What a `call` names and how its arguments are made. */
export interface CompiledCall {
  readonly functionName: string;
  readonly definition: FunctionDefinition;
  readonly arguments: Template;
}

interface CallContext {
  readonly file: FlowFile;
  readonly library: FlowLibrary;
}

const catalogueSuffix = '@sluice';
const mappingPattern = /^([a-z][a-z0-9-]*):([1-9]\d*)$/;

/** Compiles a call; undefined with faults when the function is unknown. */
export function compileCall(
  context: CallContext,
  call: YamlEntry,
  withEntry: YamlEntry | undefined,
): CompiledCall | undefined {
  const { file, library } = context;
  const text = file.text(call.value, 'call');
  if (text === undefined) return undefined;
  const functionName = text.endsWith(catalogueSuffix)
    ? text.slice(0, -catalogueSuffix.length)
    : undefined;
  const definition = functionName === undefined ? undefined : library.findFunction(functionName);
  if (functionName === undefined || definition === undefined) {
    file.fault(call.value, `The catalogue knows no function "${text}"`);
    return undefined;
  }
  const make = compileArguments(context, withEntry ?? call, { functionName, definition });
  return {
    functionName,
    definition,
    arguments: (variables) => checkArguments(functionName, definition, make(variables)),
  };
}

function compileArguments(
  context: CallContext,
  entry: YamlEntry,
  callee: { readonly functionName: string; readonly definition: FunctionDefinition },
): Template {
  const { file } = context;
  const { functionName, definition } = callee;
  if (!isMap(entry.value)) {
    file.fault(entry.keyNode, `The call needs "with": ${Object.keys(definition.input).join(', ')}`);
    return () => null;
  }
  const fields = new Map(file.entries(entry.value, 'with').map((field) => [field.key, field]));
  if (fields.has('mapping')) return compileMappedArguments(context, entry.value, functionName);
  checkNames(file, entry, { definition, given: [...fields.keys()] });
  for (const { key, value } of fields.values()) {
    const type = definition.input[key];
    const constant = constantOf(value);
    if (type !== undefined && constant !== undefined && !matchesType(constant, type)) {
      file.fault(value, `"${key}" is to be ${describeArgument(type)}`);
    }
  }
  return compileTemplate(file, entry.value);
}

function compileMappedArguments(
  { file, library }: CallContext,
  node: Node,
  functionName: string,
): Template {
  const fields = file.record(node, 'with', ['mapping', 'from']);
  const reference = fields.get('mapping');
  const mapping = reference && findMapping(file, library, reference);
  const from = fields.get('from');
  if (from === undefined) file.fault(node, 'A mapping needs "from": what it reads');
  if (mapping === undefined || reference === undefined || from === undefined) return () => null;
  if (mapping.to !== functionName) {
    file.fault(reference.value, `The mapping makes arguments of ${mapping.to}`);
  }
  const source = compileTemplate(file, from.value);
  return (variables) => {
    const value = source(variables);
    if (isJsonObject(value)) return toJson(mapping.apply(value));
    throw new PermanentFailure('FLOW_MAPPING_SOURCE', 'A mapping reads an object, and got none');
  };
}

function findMapping(
  file: FlowFile,
  library: FlowLibrary,
  reference: YamlEntry,
): ArgumentMapping | undefined {
  const text = file.text(reference.value, 'mapping') ?? '';
  const [, name, version] = mappingPattern.exec(text) ?? [];
  if (name === undefined || version === undefined) {
    file.fault(reference.value, 'A mapping is named with its version, for example invoice:3');
    return undefined;
  }
  const mapping = library.findMapping(name, Number(version));
  if (mapping === undefined) file.fault(reference.value, `There is no mapping "${text}"`);
  return mapping;
}

function checkNames(
  file: FlowFile,
  entry: YamlEntry,
  names: { readonly definition: FunctionDefinition; readonly given: readonly string[] },
): void {
  const { input } = names.definition;
  for (const name of names.given) {
    if (input[name] === undefined) {
      file.fault(
        entry.value,
        `The function takes no "${name}"; it takes ${Object.keys(input).join(', ')}`,
      );
    }
  }
  for (const [name, type] of Object.entries(input)) {
    if (!type.endsWith('?') && !names.given.includes(name)) {
      file.fault(entry.value, `The function needs "${name}", which is ${describeArgument(type)}`);
    }
  }
}

function checkArguments(
  functionName: string,
  { input }: FunctionDefinition,
  value: unknown,
): JsonObject {
  const given = isJsonObject(value) ? value : {};
  const checked: Record<string, JsonObject[string]> = {};
  for (const [name, type] of Object.entries(input)) {
    const argument = given[name] ?? null;
    if (!matchesType(argument, type)) {
      throw new PermanentFailure(
        'FLOW_ARGUMENT_INVALID',
        `Argument "${name}" of ${functionName} is to be ${describeArgument(type)}`,
      );
    }
    checked[name] = argument;
  }
  return checked;
}
