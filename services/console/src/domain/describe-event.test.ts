import { eventTypes } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { describeEvent, titleOfEffect } from './describe-event.ts';

describe('describeEvent', () => {
  it.each(Object.keys(eventTypes))('has words for %s', (type) => {
    const { title } = describeEvent(type, {});

    expect(title).not.toBe(type.split('.').at(-1));
  });

  it('says a command in the words of the catalogue, and its refusal with the reason', () => {
    const name = 'zoho.books.createInvoice:1.0.0';

    expect(describeEvent('sluice.zoho.v1.CommandRequested', { function: name }).title).toBe(
      'Create the invoice in Books and mark it as sent',
    );
    expect(
      describeEvent('sluice.zoho.v1.CommandCompleted', {
        function: name,
        status: 'REJECTED',
        errorDetail: 'The e-mail is invalid.',
      }),
    ).toEqual({
      title: 'Refused: Create the invoice in Books and mark it as sent',
      detail: 'The e-mail is invalid.',
      tone: 'refused',
    });
  });

  it('names the step of a flow without the way to it', () => {
    const data = {
      flow: 'refund',
      lifecycle: 'task.faulted',
      task: 'sendBack/cardRefund',
      detail: 'No',
    };

    expect(describeEvent('sluice.flows.v1.RunLifecycleChanged', data)).toEqual({
      title: 'Step cardRefund faulted',
      detail: 'No',
      tone: 'failed',
    });
  });

  it('tells an unknown type by its name', () => {
    expect(describeEvent('sluice.later.v9.Surprise', { a: 1 }).title).toBe('Surprise');
  });
});

describe('titleOfEffect', () => {
  it('knows calls that no command asks for', () => {
    expect(titleOfEffect('cybersource.payment')).toBe('Ask Cybersource for the payment');
    expect(titleOfEffect('unheard.of')).toBe('unheard.of');
  });
});
