import type { FunctionDefinition } from '@sluice/contracts';
import { compileFlow } from '../compile-flow.ts';
import type { FlowLibrary } from '../flow-library.ts';
import type { Flow } from '../flow.ts';
import type { JsonObject } from '../json.ts';

const greet: FunctionDefinition = {
  sentence: 'Greet somebody',
  commands: 'zoho.commands.v1',
  effectClass: 'C',
  rateClass: 'zoho-crm',
  errors: [],
  input: { name: 'string', loud: 'boolean?' },
  output: { text: 'string' },
};

const pay: FunctionDefinition = {
  ...greet,
  sentence: 'Pay somebody',
  errors: ['no-money'],
  input: { amount: 'object' },
};

/** Two functions, one mapping and two event types. */
export const smallLibrary: FlowLibrary = {
  findFunction: (name) => ({ 'test.greet:1.0.0': greet, 'test.pay:1.0.0': pay })[name],
  findMapping: (name, version) =>
    name === 'greeting' && version === 1
      ? { to: 'test.greet:1.0.0', apply: (source) => ({ name: source['who'] }) }
      : undefined,
  isEventType: (type) => type === 'test.Started' || type === 'test.Happened',
};

/** A flow document around some tasks, which are written with an indentation of two. */
export function documentOf(tasks: string, extra = ''): string {
  return `document:
  dsl: '1.0.3'
  namespace: test
  name: small
  version: '1.0.0'
  metadata: {sluice: {businessKey: '\${ input.key }', runKey: '\${ input.key }'}}
evaluate: {language: cel}
schedule: {on: {one: {with: {type: test.Started}}}}
${extra}do:
${tasks}
`;
}

/** A compiled flow of these tasks. */
export function flowOf(tasks: string, extra = ''): Flow {
  return compileFlow('small.yaml', documentOf(tasks, extra), smallLibrary);
}

/** What starts a run for tests. */
export function startOf(input: JsonObject = { key: 'k-1' }) {
  return { runId: 'run-1', businessKey: 'k-1', runKey: 'k-1', input, atMicros: 1_000_000n };
}
