import type { YamlEntry } from '@sluice/mapping';
import type { Node } from 'yaml';
import { compileFilter } from './compile-parts.ts';
import { TaskCompiler } from './compile-task.ts';
import { readTimeoutMs } from './duration.ts';
import { FlowFile } from './flow-file.ts';
import type { FlowLibrary } from './flow-library.ts';
import type { Flow, Task, TaskList, Template } from './flow.ts';
import { compileExpressionAt, compileTemplate } from './template.ts';

const flowFields = ['document', 'evaluate', 'schedule', 'timeout', 'output', 'do'];
const headerFields = [
  'dsl',
  'namespace',
  'name',
  'version',
  'title',
  'summary',
  'tags',
  'metadata',
];
const dslVersion = '1.0.3';
const versionPattern = /^\d+\.\d+\.\d+$/;
const namePattern = /^[a-z][a-z0-9-]{0,62}$/;

type Fields = ReadonlyMap<string, YamlEntry>;

/**
 * Compiles a flow document in our profile of the Open Workflow DSL.
 *
 * The document is taken whole or not at all.
 * @throws DocumentRejected with every fault, each with its line and column.
 */
export function compileFlow(name: string, text: string, library: FlowLibrary): Flow {
  const file = new FlowFile(name, text);
  const fields = file.record(file.root, 'A flow', flowFields);
  const header = readHeader(file, fields.get('document')?.value);
  checkLanguage(file, fields.get('evaluate'));
  const triggerType = readTrigger(file, fields.get('schedule')?.value, library);
  const timeout = fields.get('timeout');
  const output = fields.get('output');
  const outputAs = output && file.record(output.value, 'output', ['as']).get('as');
  const root: TaskList = { owner: undefined, role: 'do', tasks: [] };
  const compiler = new TaskCompiler(file, library);
  compiler.readTasks(root, fields.get('do')?.value, []);
  compiler.checkJumps();
  const flow: Flow = {
    ...header,
    triggerType,
    timeoutMs: timeout && readTimeoutMs(file, timeout.value),
    outputAs: outputAs && compileTemplate(file, outputAs.value),
    root,
    tasks: compiler.tasks,
    listenTypes: new Set([...compiler.tasks.values()].flatMap(typesOf)),
  };
  file.checkVariables();
  file.refuseIfFaulty();
  return flow;
}

type Header = Pick<Flow, 'name' | 'version' | 'title' | 'summary' | 'businessKey' | 'runKey'>;

function readHeader(file: FlowFile, node: Node | undefined): Header {
  const fields = file.record(node, 'document', headerFields);
  const dsl = file.text(fields.get('dsl')?.value, 'dsl');
  if (dsl !== undefined && dsl !== dslVersion) {
    file.fault(fields.get('dsl')?.value, `This engine reads dsl '${dslVersion}'`);
  }
  file.text(fields.get('namespace')?.value, 'namespace');
  const metadata = fields.get('metadata');
  const ours = metadata && findEntry(file, metadata.value, 'sluice');
  const keys = file.record(ours?.value, 'metadata.sluice', ['businessKey', 'runKey']);
  return {
    name: matching(file, fields.get('name'), namePattern),
    version: matching(file, fields.get('version'), versionPattern),
    title: optionalText(file, fields.get('title')),
    summary: optionalText(file, fields.get('summary')),
    businessKey: requiredExpression(file, keys, 'businessKey'),
    runKey: requiredExpression(file, keys, 'runKey'),
  };
}

function matching(file: FlowFile, entry: YamlEntry | undefined, pattern: RegExp): string {
  const text = file.text(entry?.value, entry?.key ?? 'document.name and document.version');
  if (text !== undefined && !pattern.test(text)) {
    file.fault(entry?.value, `"${text}" does not look like a ${entry?.key ?? 'name'}`);
  }
  return text ?? '';
}

function optionalText(file: FlowFile, entry: YamlEntry | undefined): string {
  return entry === undefined ? '' : (file.text(entry.value, entry.key) ?? '');
}

function requiredExpression(file: FlowFile, fields: Fields, name: string): Template {
  const node = fields.get(name)?.value;
  const text = file.text(node, `metadata.sluice.${name}`);
  return text === undefined ? () => null : compileExpressionAt(file, node, text);
}

function checkLanguage(file: FlowFile, entry: YamlEntry | undefined): void {
  const language = file.record(entry?.value, 'evaluate', ['language']).get('language')?.value;
  const text = file.text(language, 'evaluate.language');
  if (text !== undefined && text !== 'cel') {
    file.fault(language, `Expressions are written in cel, not in ${text}`);
  }
}

function readTrigger(file: FlowFile, node: Node | undefined, library: FlowLibrary): string {
  const on = file.record(node, 'schedule', ['on']).get('on');
  const one = file.record(on?.value, 'schedule.on', ['one']).get('one');
  return compileFilter(file, one?.value, library).type;
}

function findEntry(file: FlowFile, node: Node | undefined, name: string): YamlEntry | undefined {
  return file.entries(node, 'metadata').find(({ key }) => key === name);
}

function typesOf(task: Task): readonly string[] {
  return task.kind === 'listen' ? task.filters.map(({ type }) => type) : [];
}
