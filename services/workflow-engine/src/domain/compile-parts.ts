import type { YamlEntry } from '@sluice/mapping';
import type { Node } from 'yaml';
import type { FlowFile } from './flow-file.ts';
import type { FlowLibrary } from './flow-library.ts';
import type { Correlation, EventFilter, Handler, SwitchCase } from './flow.ts';
import { compileExpressionAt, compileTemplate } from './template.ts';

/** Compiles the cases of a switch, each with the place of its `then`. */
export function compileSwitch(
  file: FlowFile,
  node: Node | undefined,
): readonly (SwitchCase & { readonly node: Node | undefined })[] {
  return file.items(node, 'A switch').flatMap((item) => {
    const [entry] = file.entries(item, 'A case');
    if (entry === undefined) return [];
    const fields = file.record(entry.value, 'A case', ['when', 'then']);
    const when = fields.get('when');
    const then = fields.get('then');
    if (then === undefined) file.fault(entry.keyNode, 'A case says where to go: then');
    const condition = when && (file.text(when.value, 'when') ?? 'true');
    return [
      {
        name: entry.key,
        when:
          condition === undefined ? undefined : compileExpressionAt(file, when?.value, condition),
        then: (then && file.text(then.value, 'then')) ?? 'continue',
        node: then?.value,
      },
    ];
  });
}

/** Compiles the catch of a try. */
export function compileHandler(file: FlowFile, node: Node | undefined): Handler {
  const none: Handler = {
    type: undefined,
    status: undefined,
    when: undefined,
    as: 'error',
    body: undefined,
  };
  if (node === undefined) return none;
  const fields = file.record(node, 'catch', ['errors', 'as', 'when', 'do']);
  const errors = fields.get('errors');
  const wanted = errors && file.record(errors.value, 'errors', ['with']).get('with');
  const attributes = wanted && file.record(wanted.value, 'with', ['type', 'status']);
  const type = attributes?.get('type');
  const status = attributes?.get('status');
  const as = fields.get('as');
  const when = fields.get('when');
  const condition = when && file.text(when.value, 'when');
  const name = (as && file.text(as.value, 'as')) ?? none.as;
  file.declare(name, as?.value ?? node);
  return {
    type: type && file.text(type.value, 'type'),
    status: status && file.wholeNumber(status.value, 'status', 100),
    when: condition === undefined ? undefined : compileExpressionAt(file, when?.value, condition),
    as: name,
    body: fields.has('do') ? { owner: undefined, role: 'catch', tasks: [] } : undefined,
  };
}

/** Compiles the events that a listen waits for. */
export function compileListen(
  file: FlowFile,
  { value, keyNode }: YamlEntry,
  library: FlowLibrary,
): readonly EventFilter[] {
  const to = file.record(value, 'listen', ['to']).get('to');
  if (to === undefined) {
    file.fault(keyNode, 'A listen says to what: to: {one: {with: {type: …}}}');
    return [];
  }
  const choice = file.record(to.value, 'to', ['one', 'any']);
  const one = choice.get('one')?.value;
  const any = choice.get('any')?.value;
  const nodes = any === undefined ? [one] : file.items(any, 'any');
  return nodes.map((node) => compileFilter(file, node, library));
}

/** Compiles one event filter, of a listen or of a trigger. */
export function compileFilter(
  file: FlowFile,
  node: Node | undefined,
  library: FlowLibrary,
): EventFilter {
  const fields = file.record(node, 'An event filter', ['with', 'correlate']);
  const attributes = file.record(fields.get('with')?.value, 'with', ['type']);
  const typeNode = attributes.get('type')?.value;
  const type = file.text(typeNode, 'type') ?? '';
  if (type !== '' && !library.isEventType(type)) {
    file.fault(typeNode, `There is no event type "${type}"`);
  }
  return { type, correlations: compileCorrelations(file, fields.get('correlate')) };
}

function compileCorrelations(file: FlowFile, entry: YamlEntry | undefined): readonly Correlation[] {
  if (entry === undefined) return [];
  return file.entries(entry.value, 'correlate').map(({ key, value }) => {
    const fields = file.record(value, 'A correlation', ['from', 'expect']);
    const from = fields.get('from')?.value;
    const expect = fields.get('expect')?.value;
    if (from === undefined || expect === undefined) {
      file.fault(value, 'A correlation compares "from" (the event) with "expect" (the run)');
    }
    return {
      name: key,
      from: compileTemplate(file, from),
      expect: compileTemplate(file, expect),
    };
  });
}
