import { functions } from '@sluice/contracts';
import type { TimelineEntryView } from '../views.ts';

/** How a hop reads. */
export interface Description {
  readonly title: string;
  readonly detail: string;
  readonly tone: TimelineEntryView['tone'];
}

type Data = Readonly<Record<string, unknown>>;
type Describe = (data: Data) => Description;

const by: Readonly<Record<string, Describe>> = {
  OrderReceived: () => neutral('Order received from the shop'),
  OrderPlaced: () => done('Order placed'),
  PaymentUpdated: (data) =>
    neutral(`Cybersource says ${words(text(data, 'state'))}`, toldBy(text(data, 'toldBy'))),
  NotificationReceived: (data) =>
    neutral(`Cybersource notification ${text(data, 'eventType')}`, 'It moves no payment.'),
  RefundAsked: (data) => neutral('Refund asked through the API', text(data, 'reason')),
  CreditNoteMarkedForRefund: (data) =>
    neutral(
      `Credit note ${text(data, 'creditNoteNumber')} marked for refund`,
      text(data, 'reason'),
    ),
  PaymentAuthorized: () => done('Payment authorized'),
  PaymentCaptured: () => done('Payment captured'),
  PaymentDeclined: (data) => refused('Payment declined', text(data, 'reasonText')),
  PaymentReviewRequested: (data) => neutral('Payment held for review', text(data, 'reasonText')),
  PaymentVoided: (data) => neutral('Payment voided', text(data, 'reasonText')),
  PaymentRefunded: () => done('Payment refunded'),
  RefundRequested: (data) => neutral('Refund requested', text(data, 'reason')),
  FraudCaseOpened: (data) =>
    neutral(`Fraud case opened, score ${text(data, 'score')} of 100`, firstOf(data['reasons'])),
  RunLifecycleChanged: describeRun,
  CommandRequested: (data) => neutral(sentenceOf(text(data, 'function'))),
  CommandCompleted: describeOutcome,
  SettlementLineReported: () => neutral('Settled by Cybersource'),
  SettlementReportImported: () => done('Settlement report imported'),
  SettlementLineMatched: () => done('Settlement matches Books'),
  BreakDetected: (data) => failed('Settlement and Books disagree', text(data, 'explanation')),
};

/** Says in plain words what an event tells; an unknown type is told by its name. */
export function describeEvent(type: string, data: unknown): Description {
  const name = type.split('.').at(-1) ?? type;
  const describe = by[name];
  if (describe === undefined || typeof data !== 'object' || data === null) return neutral(name);
  return describe(data as Data);
}

/** The sentence of a function in the catalogue, or its name. */
export function sentenceOf(functionName: string): string {
  return functions[functionName]?.sentence ?? functionName;
}

const callsBesideCommands: Readonly<Record<string, string>> = {
  'cybersource.payment': 'Ask Cybersource for the payment',
  'cybersource.refund': 'Refund the amount to the card',
};

/** What a call of a third party does, by the kind of its effect. */
export function titleOfEffect(kind: string): string {
  return callsBesideCommands[kind] ?? sentenceOf(kind);
}

function describeRun(data: Data): Description {
  const flow = text(data, 'flow');
  const task = text(data, 'task');
  const detail = text(data, 'detail');
  const [scope = '', change = ''] = text(data, 'lifecycle').split('.');
  if (scope === 'workflow') {
    const title = `Flow ${flow} ${change}`;
    if (change === 'faulted') return failed(title, detail);
    if (change === 'completed')
      return done(title, detail === '' ? '' : `Outcome: ${words(detail)}`);
    return neutral(title, detail);
  }
  const step = task.split('/').findLast((part) => !/^\d*$/.test(part) && part !== 'do') ?? task;
  const title = `Step ${step} ${change}`;
  return change === 'faulted' ? failed(title, detail) : neutral(title, detail);
}

function describeOutcome(data: Data): Description {
  const sentence = sentenceOf(text(data, 'function'));
  if (text(data, 'status') === 'SUCCEEDED') return done(`Done: ${sentence}`);
  return refused(`Refused: ${sentence}`, text(data, 'errorDetail'));
}

const toldByWords: Readonly<Record<string, string>> = {
  reply: 'Told by the reply of the call.',
  webhook: 'Told by a webhook.',
  lookup: 'Told by looking it up.',
};

function toldBy(by: string): string {
  return toldByWords[by] ?? '';
}

function text(data: Data, field: string): string {
  const value = data[field];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function firstOf(value: unknown): string {
  return Array.isArray(value) && typeof value[0] === 'string' ? value[0] : '';
}

function words(name: string): string {
  return name.replaceAll('_', ' ');
}

const of =
  (tone: Description['tone']) =>
  (title: string, detail = ''): Description => ({ title, detail, tone });
const neutral = of('neutral');
const done = of('done');
const refused = of('refused');
const failed = of('failed');
