import { describe, expect, it } from 'vitest';
import { entry } from '../testing/entry.ts';
import type { RunView } from '../views.ts';
import { findMissing, thingOf } from './missing.ts';

const run: RunView = {
  runId: 'run-1',
  flow: 'order-to-cash',
  flowVersion: '1.0.0',
  phase: 'started',
  task: 'invoice',
  taskStatus: 'started',
  detail: 'Create the invoice',
  startedAt: '2026-01-15T12:00:00.000Z',
  changedAt: '2026-01-15T12:00:01.000Z',
};

function command(commandId: string, name: string, at = '2026-01-15T12:00:02.000Z') {
  return entry({
    type: 'sluice.zoho.v1.CommandRequested',
    topic: 'zoho.commands.v1',
    at,
    data: { commandId, function: name },
  });
}

describe('findMissing', () => {
  it('misses the answer of a command until it comes', () => {
    const asked = command('c1', 'zoho.books.createInvoice:1.0.0');
    const answer = entry({ type: 'sluice.zoho.v1.CommandCompleted', data: { commandId: 'c1' } });

    expect(findMissing({ entries: [asked], runs: [run] })).toEqual([
      {
        what: 'invoice',
        since: asked.at,
        detail: 'zoho-gateway has not answered: Create the invoice in Books and mark it as sent',
      },
    ]);
    expect(findMissing({ entries: [asked, answer], runs: [run] })).toEqual([]);
  });

  it('misses the event that a running flow waits for, and nothing once the flow is over', () => {
    const waits = { ...run, task: 'captured', detail: 'Waits for PaymentCaptured' };

    expect(findMissing({ entries: [], runs: [waits] })).toMatchObject([
      { what: 'payment captured', since: run.changedAt },
    ]);
    expect(findMissing({ entries: [], runs: [{ ...waits, phase: 'completed' }] })).toEqual([]);
  });

  it('misses the canonical event of a notification that is neither mapped nor a dead letter', () => {
    const told = entry({ id: 'n1', type: 'sluice.cybersource.v1.PaymentUpdated', title: 'Told' });
    const lineage = { sourceEventId: 'n1', sourceType: '', mapping: 'm', mappingVersion: 1 };
    const letter = entry({ kind: 'dead-letter', causationId: 'n1' });

    expect(findMissing({ entries: [told], runs: [run] })).toHaveLength(1);
    expect(findMissing({ entries: [told, entry({ lineage })], runs: [run] })).toEqual([]);
    expect(findMissing({ entries: [told, letter], runs: [run] })).toEqual([]);
  });

  it('misses the flow of a placed order', () => {
    expect(findMissing({ entries: [entry()], runs: [] })).toMatchObject([{ what: 'flow run' }]);
  });

  it('puts the longest wait first', () => {
    const later = command('c1', 'zoho.desk.openTicket:1.0.0', '2026-01-15T12:00:09.000Z');
    const earlier = command('c2', 'zoho.books.createInvoice:1.0.0', '2026-01-15T12:00:03.000Z');

    const found = findMissing({ entries: [later, earlier], runs: [run] });

    expect(found.map(({ what }) => what)).toEqual(['invoice', 'ticket']);
  });
});

describe('thingOf', () => {
  it.each([
    ['zoho.books.createInvoice:1.0.0', 'invoice'],
    ['commerce.setOrderStatus:1.0.0', 'order status'],
    ['commerce.notifyCustomer:1.0.0', 'message to the customer'],
    ['cybersource.refundPayment:1.0.0', 'refund of the payment'],
    ['odd', 'odd'],
  ])('reads %s as %s', (name, thing) => {
    expect(thingOf(name)).toBe(thing);
  });
});
