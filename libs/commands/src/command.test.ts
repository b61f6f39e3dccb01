import { describe, expect, it } from 'vitest';
import { outcomeOf, referenceOf, type CommandDelivery } from './command.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const event: CommandDelivery['event'] = {
  id: 'event-1',
  type: 'sluice.zoho.v1.CommandRequested',
  source: 'workflow-engine',
  tenant: 'demo',
  key: 'order-1',
  time: 1n,
  correlationId: 'order-1',
  traceparent,
  data: {
    commandId: 'command-1',
    effectKey: 'run-1/pay/1',
    function: 'zoho.books.recordPayment:1.0.0',
    arguments: '{"secret":"never copied"}',
    runId: 'run-1',
    task: 'pay',
    businessKey: 'order-1',
    requestedAt: 1n,
  },
};
const end = { vendor: 'zoho', attempts: 2, nowMicros: 5n } as const;

describe('referenceOf', () => {
  it('keeps how the command came, and not its arguments', () => {
    const reference = referenceOf(event);

    expect(reference).toMatchObject({ causationId: 'event-1', traceparent, tenant: 'demo' });
    expect(JSON.stringify(reference)).not.toContain('never copied');
  });
});

describe('outcomeOf', () => {
  it('tells the flow what came out, in the trace of the command', () => {
    const outcome = outcomeOf(
      referenceOf(event),
      { state: 'SUCCEEDED', output: { paymentId: 'p-1' } },
      end,
    );

    expect(outcome).toMatchObject({
      type: 'sluice.zoho.v1.CommandCompleted',
      source: 'zoho-gateway',
      key: 'order-1',
      causationId: 'event-1',
      correlationId: 'order-1',
      traceparent,
      data: {
        commandId: 'command-1',
        runId: 'run-1',
        status: 'SUCCEEDED',
        output: '{"paymentId":"p-1"}',
        errorType: null,
        attempts: 2n,
        completedAt: 5n,
      },
    });
  });

  it('names a refusal so that the flow may catch it', () => {
    const { data } = outcomeOf(
      referenceOf(event),
      { state: 'REJECTED', code: 'over-application', detail: 'Too much.' },
      end,
    );

    expect(data).toMatchObject({
      status: 'REJECTED',
      output: '{}',
      errorType: 'urn:sluice:error:over-application',
      errorDetail: 'Too much.',
    });
  });

  it('has one id for one command of one vendor', () => {
    const result = { state: 'SUCCEEDED', output: {} } as const;
    const first = outcomeOf(referenceOf(event), result, end);
    const again = outcomeOf(referenceOf(event), result, { ...end, attempts: 9, nowMicros: 7n });
    const other = outcomeOf(referenceOf(event), result, { ...end, vendor: 'commerce' });

    expect(again.id).toBe(first.id);
    expect(other.id).not.toBe(first.id);
    expect(other.source).toBe('commerce-gateway');
  });
});
