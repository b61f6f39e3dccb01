import type { YamlEntry } from '@sluice/mapping';
import type { Node } from 'yaml';
import { findUncaughtErrors } from './check-errors.ts';
import { compileCall } from './compile-call.ts';
import { compileHandler, compileListen, compileSwitch } from './compile-parts.ts';
import { readTimeoutMs } from './duration.ts';
import type { FlowFile } from './flow-file.ts';
import type { FlowLibrary } from './flow-library.ts';
import type { Task, TaskList, Template } from './flow.ts';
import { compileExpressionAt, compileTemplate } from './template.ts';

const taskNamePattern = /^[A-Za-z][A-Za-z0-9-]*$/;
const directives: readonly string[] = ['continue', 'exit', 'end'];
const commonFields = ['if', 'input', 'output', 'export', 'timeout', 'then', 'metadata'];
const ownFields: Readonly<Record<Task['kind'], readonly string[]>> = {
  set: ['set'],
  switch: ['switch'],
  do: ['do'],
  try: ['try', 'catch'],
  call: ['call', 'with'],
  listen: ['listen'],
};

/** Bounds of one document. */
const tasksMax = 500;
const depthMax = 8;

/** A `then` whose target is checked once all tasks of its list are known. */
interface Jump {
  readonly list: TaskList;
  readonly target: string;
  readonly node: Node | undefined;
}

type Fields = ReadonlyMap<string, YamlEntry>;
type Base = Omit<Task & { kind: 'set' }, 'kind' | 'value'>;

/** Compiles the tasks of one document and remembers them by path. */
export class TaskCompiler {
  readonly tasks = new Map<string, Task>();
  readonly #jumps: Jump[] = [];
  readonly #file: FlowFile;
  readonly #library: FlowLibrary;

  constructor(file: FlowFile, library: FlowLibrary) {
    this.#file = file;
    this.#library = library;
  }

  /** Compiles the entries of a list into it. */
  readTasks(list: TaskList, node: Node | undefined, prefix: readonly string[]): void {
    if (prefix.length > depthMax) {
      this.#file.fault(node, `Tasks are nested ${depthMax} deep at most`);
      return;
    }
    const items = this.#file.items(node, 'A list of tasks');
    if (items.length === 0) this.#file.fault(node, 'The list needs a task at least');
    for (const item of items) {
      const entries = this.#file.entries(item, 'A task');
      const [entry] = entries;
      if (entries.length !== 1) this.#file.fault(item, 'A task is one name with its definition');
      if (entry !== undefined) this.#compile(list, entry, prefix);
    }
  }

  /** Notes a fault for every `then` that leads nowhere. */
  checkJumps(): void {
    for (const { list, target, node } of this.#jumps) {
      if (directives.includes(target) || list.tasks.some(({ name }) => name === target)) continue;
      this.#file.fault(node, `There is no task "${target}" in this list to go to`);
    }
  }

  #compile(list: TaskList, entry: YamlEntry, prefix: readonly string[]): void {
    const file = this.#file;
    const path = [...prefix, entry.key].join('.');
    if (!taskNamePattern.test(entry.key)) {
      file.fault(entry.keyNode, 'A task name is letters, digits and hyphens');
    }
    if (this.tasks.has(path)) {
      const why = 'the keys of its effects could not be told apart';
      file.fault(entry.keyNode, `Task "${entry.key}" stands twice in this list: ${why}`);
      return;
    }
    if (this.tasks.size === tasksMax)
      file.fault(entry.keyNode, `A flow has ${tasksMax} tasks at most`);
    if (this.tasks.size >= tasksMax) return;
    const kind = this.#kindOf(entry);
    if (kind === undefined) return;
    const fields = file.record(entry.value, 'A task', [...ownFields[kind], ...commonFields]);
    const base = this.#base({ list, name: entry.key, path, fields });
    const task = this.#taskOf(kind, fields, base);
    if (task === undefined) return;
    this.tasks.set(path, task);
    list.tasks.push(task);
    this.#fillBodies(task, fields, [...prefix, entry.key]);
  }

  #kindOf({ value, keyNode }: YamlEntry): Task['kind'] | undefined {
    const names = this.#file.entries(value, 'A task').map(({ key }) => key);
    const kinds = (Object.keys(ownFields) as Task['kind'][]).filter((kind) => names.includes(kind));
    const [kind] = kinds;
    if (kinds.length === 1) return kind;
    this.#file.fault(keyNode, `A task is exactly one of ${Object.keys(ownFields).join(', ')}`);
    return undefined;
  }

  #base(of: { list: TaskList; name: string; path: string; fields: Fields }): Base {
    const { list, fields } = of;
    const condition = fields.get('if');
    const timeout = fields.get('timeout');
    return {
      name: of.name,
      path: of.path,
      list,
      condition: condition && this.#expression(condition),
      inputFrom: this.#nested(fields.get('input'), 'from'),
      outputAs: this.#nested(fields.get('output'), 'as'),
      exportAs: this.#nested(fields.get('export'), 'as'),
      timeoutMs: timeout && readTimeoutMs(this.#file, timeout.value),
      then: this.#directive(list, fields.get('then')),
    };
  }

  #taskOf(kind: Task['kind'], fields: Fields, base: Base): Task | undefined {
    const file = this.#file;
    const own = fields.get(kind);
    if (base.timeoutMs !== undefined && kind !== 'listen') {
      file.fault(fields.get('timeout')?.keyNode, 'Only a listen can time out here');
    }
    if (own === undefined) return undefined;
    if (kind === 'set') return { ...base, kind, value: compileTemplate(file, own.value) };
    if (kind === 'switch') {
      const cases = compileSwitch(file, own.value);
      for (const { then, node } of cases) this.#jumps.push({ list: base.list, target: then, node });
      return { ...base, kind, cases };
    }
    if (kind === 'listen') {
      return { ...base, kind, filters: compileListen(file, own, this.#library) };
    }
    if (kind === 'call') {
      const context = { file, library: this.#library };
      const call = compileCall(context, own, fields.get('with'));
      if (call === undefined) return undefined;
      for (const error of findUncaughtErrors(base.list, call.definition)) {
        file.fault(own.value, `The call may raise "${error}", and no catch around it takes that`);
      }
      return { ...base, kind, ...call };
    }
    return this.#composite(kind, fields, base);
  }

  #composite(kind: 'do' | 'try', fields: Fields, base: Base): Task {
    const body: TaskList = { owner: undefined, role: kind, tasks: [] };
    if (kind === 'do') return own({ ...base, kind, body });
    const entry = fields.get('catch');
    if (entry === undefined) this.#file.fault(fields.get('try')?.keyNode, 'A try needs a catch');
    return own({ ...base, kind, body, handler: compileHandler(this.#file, entry?.value) });
  }

  #fillBodies(task: Task, fields: Fields, path: readonly string[]): void {
    if (task.kind === 'do') this.readTasks(task.body, fields.get('do')?.value, path);
    if (task.kind !== 'try') return;
    this.readTasks(task.body, fields.get('try')?.value, path);
    if (task.handler.body === undefined) return;
    const handler = this.#file.entries(fields.get('catch')?.value, 'catch');
    const steps = handler.find(({ key }) => key === 'do');
    this.readTasks(task.handler.body, steps?.value, path);
  }

  #expression({ value }: YamlEntry): Template {
    const text = this.#file.text(value, 'A condition') ?? 'true';
    return compileExpressionAt(this.#file, value, text);
  }

  #nested(entry: YamlEntry | undefined, name: 'from' | 'as'): Template | undefined {
    if (entry === undefined) return undefined;
    const inner = this.#file.record(entry.value, entry.key, [name]).get(name);
    return inner && compileTemplate(this.#file, inner.value);
  }

  #directive(list: TaskList, entry: YamlEntry | undefined): string {
    if (entry === undefined) return 'continue';
    const target = this.#file.text(entry.value, 'then') ?? 'continue';
    this.#jumps.push({ list, target, node: entry.value });
    return target;
  }
}

/** Makes a task the owner of its lists. */
function own<T extends Task>(task: T): T {
  const claim = (list: TaskList | undefined): void => {
    if (list !== undefined) Object.assign(list, { owner: task });
  };
  if (task.kind === 'do' || task.kind === 'try') claim(task.body);
  if (task.kind === 'try') claim(task.handler.body);
  return task;
}
