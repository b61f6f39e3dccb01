import type { MissingView, RunView, TimelineEntryView } from '../views.ts';
import { sentenceOf } from './describe-event.ts';

/** What is known of an order. */
export interface KnownFacts {
  readonly entries: readonly TimelineEntryView[];
  readonly runs: readonly RunView[];
}

/**
 * What should have come and has not: answers to commands, events that flows wait for, the mapped
 * form of a vendor's word, and the flow of a placed order. The longest wait comes first.
 */
export function findMissing({ entries, runs }: KnownFacts): readonly MissingView[] {
  return [
    ...unansweredCommands(entries),
    ...awaitedEvents(runs),
    ...unmappedNotifications(entries),
    ...flowlessOrders(entries, runs),
  ].toSorted((left, right) => Date.parse(left.since) - Date.parse(right.since));
}

function unansweredCommands(entries: readonly TimelineEntryView[]): MissingView[] {
  const answered = new Set(
    entries.filter(isType('CommandCompleted')).map((entry) => field(entry, 'commandId')),
  );
  return entries
    .filter(isType('CommandRequested'))
    .filter((entry) => !answered.has(field(entry, 'commandId')))
    .map((entry) => {
      const name = field(entry, 'function');
      const gateway = `${entry.topic.split('.')[0] ?? ''}-gateway`;
      return {
        what: thingOf(name),
        since: entry.at,
        detail: `${gateway} has not answered: ${sentenceOf(name)}`,
      };
    });
}

function awaitedEvents(runs: readonly RunView[]): MissingView[] {
  return runs
    .filter((run) => isRunning(run) && run.taskStatus === 'started')
    .filter((run) => run.detail.startsWith('Waits for '))
    .map((run) => ({
      what: inWords(run.detail.slice('Waits for '.length)),
      since: run.changedAt,
      detail: `The flow ${run.flow} waits for it in step ${run.task ?? ''}`,
    }));
}

const mappedTypes = ['OrderReceived', 'PaymentUpdated', 'RefundAsked', 'CreditNoteMarkedForRefund'];

function unmappedNotifications(entries: readonly TimelineEntryView[]): MissingView[] {
  const mapped = new Set(entries.map(({ lineage }) => lineage?.sourceEventId));
  const givenUp = new Set(
    entries.filter(({ kind }) => kind === 'dead-letter').map(({ causationId }) => causationId),
  );
  return entries
    .filter((entry) => entry.kind === 'event' && mappedTypes.some((type) => isType(type)(entry)))
    .filter(({ id }) => !mapped.has(id) && !givenUp.has(id))
    .map((entry) => ({
      what: `canonical event of “${entry.title}”`,
      since: entry.at,
      detail: 'canonical-mapper has not mapped it',
    }));
}

function flowlessOrders(
  entries: readonly TimelineEntryView[],
  runs: readonly RunView[],
): MissingView[] {
  if (runs.length > 0) return [];
  return entries.filter(isType('OrderPlaced')).map((entry) => ({
    what: 'flow run',
    since: entry.at,
    detail: 'workflow-engine has not started the flow of this order',
  }));
}

const nouns: Readonly<Record<string, (rest: string) => string>> = {
  refund: (rest) => `refund of the ${rest}`,
  notify: (rest) => `message to the ${rest}`,
  comment: (rest) => `comment on the ${rest}`,
  find: (rest) => `found ${rest}`,
};

/** `zoho.books.createInvoice:1.0.0` makes an invoice: what people expect of a command. */
export function thingOf(functionName: string): string {
  const bare = functionName.split(':')[0]?.split('.').at(-1) ?? '';
  const [verb = '', ...rest] = bare.split(/(?=[A-Z])/);
  const thing = rest.join(' ').toLowerCase();
  if (thing === '') return functionName;
  return nouns[verb]?.(thing) ?? thing;
}

/** `PaymentCaptured or PaymentVoided` reads `payment captured or payment voided`. */
function inWords(names: string): string {
  return names.replaceAll(/([a-z])(?=[A-Z])/g, '$1 ').toLowerCase();
}

function isRunning(run: RunView): boolean {
  return run.phase === 'started' || run.phase === 'resumed';
}

function isType(name: string): (entry: TimelineEntryView) => boolean {
  return ({ kind, type }) => kind === 'event' && type.endsWith(`.${name}`);
}

function field({ data }: TimelineEntryView, name: string): string {
  const value = (data as Readonly<Record<string, unknown>> | null)?.[name];
  return typeof value === 'string' ? value : '';
}
