import { functions } from '@sluice/contracts';
import { describe, expect, it } from 'vitest';
import { setUp } from './testing/function-scene.ts';

const invoiceBody = {
  customer_id: '118',
  currency_code: 'KWD',
  line_items: [{ item_id: '1', name: 'Tea', rate: '1.250', quantity: 2 }],
  shipping_charge: '0.005',
  custom_fields: [{ api_name: 'cf_sluice_order', value: 'o-1' }],
};

describe('allFunctions', () => {
  it('has every function that the catalogue sends to Zoho', () => {
    const { all } = setUp();
    const catalogued = Object.entries(functions)
      .filter(([, definition]) => definition.commands === 'zoho.commands.v1')
      .map(([name]) => name);

    const names = all.map((one) => one.name).filter((name) => name.includes(':'));

    expect(names.toSorted()).toEqual(catalogued.toSorted());
  });
});

describe('UpsertBooksContact', () => {
  const name = 'zoho.books.upsertContact:1.0.0';

  it('writes the contact by its key and gives back its id', async () => {
    const { zoho, run } = setUp();

    const output = await run(name, { uniqueValue: 'ada@x.org', body: { contact_name: 'Ada' } });

    const [contact] = zoho.rows('/contacts');
    expect(output).toEqual({ contactId: contact?.['contact_id'] });
    expect(contact?.['custom_fields']).toEqual([{ api_name: 'cf_sluice_key', value: 'ada@x.org' }]);
  });

  it('adds the key to a name that another customer has', async () => {
    const { zoho, run } = setUp();
    await run(name, { uniqueValue: 'ada@x.org', body: { contact_name: 'Ada' } });

    await run(name, { uniqueValue: 'ada@y.org', body: { contact_name: 'Ada' } });

    expect(zoho.rows('/contacts').map((row) => row['contact_name'])).toEqual([
      'Ada',
      'Ada (ada@y.org)',
    ]);
  });
});

describe('UpsertCrmContact', () => {
  it('links the contact to the account of its company', async () => {
    const { zoho, run } = setUp();

    const output = await run('zoho.crm.upsertContact:1.0.0', {
      contact: { Last_Name: 'Lovelace', Email: 'ada@x.org' },
      account: { Account_Name: 'Engines Ltd' },
    });

    const accountId = zoho.rows('Accounts')[0]?.['id'];
    expect(output).toEqual({ contactId: zoho.rows('Contacts')[0]?.['id'], accountId });
    expect(zoho.rows('Contacts')[0]?.['Account_Name']).toEqual({ id: accountId });
  });

  it('makes no account for a person', async () => {
    const { zoho, run } = setUp();

    await run('zoho.crm.upsertContact:1.0.0', { contact: { Email: 'ada@x.org' } });

    expect(zoho.rows('Accounts')).toEqual([]);
  });
});

describe('UpsertItems', () => {
  const name = 'zoho.inventory.upsertItems:1.0.0';

  it('makes what is missing and leaves what is there as it is', async () => {
    const { zoho, run } = setUp();
    zoho.rows('/items').push({ item_id: '7', sku: 'CUP', rate: 1 });

    const output = await run(name, {
      items: [
        { sku: 'CUP', name: 'Cup', rate: '9.99' },
        { sku: 'TEA', name: 'Tea', rate: '4.10' },
      ],
    });

    const [cup, tea] = zoho.rows('/items');
    expect(cup).toEqual({ item_id: '7', sku: 'CUP', rate: 1 });
    expect(tea).toMatchObject({ sku: 'TEA', rate: 4.1 });
    expect(output).toEqual({ itemIds: { CUP: '7', TEA: tea?.['item_id'] } });
  });

  it('does not take another article when Zoho ignores the filter', async () => {
    const { zoho, run } = setUp();
    zoho.rows('/items').push({ item_id: '7', sku: 'CUP', rate: 1 });
    zoho.ignoresFilters = true;

    const output = await run(name, { items: [{ sku: 'TEA', name: 'Tea', rate: '4.10' }] });

    expect(output['itemIds']).toEqual({ TEA: zoho.rows('/items')[1]?.['item_id'] });
  });

  it('refuses an item without its article number', async () => {
    const { run } = setUp();

    await expect(run(name, { items: [{ name: 'Cup' }] })).rejects.toThrow('an item has no sku');
  });
});

describe('CreateInvoice', () => {
  const name = 'zoho.books.createInvoice:1.0.0';

  it('writes the invoice in its currency, marks it as sent, and tells exact amounts', async () => {
    const { zoho, run } = setUp();

    const output = await run(name, { uniqueValue: 'o-1', body: invoiceBody });

    const [invoice] = zoho.rows('/invoices');
    expect(invoice).toMatchObject({ status: 'sent', currency_id: '1180000000000000102' });
    expect(output).toMatchObject({ contactId: '118', total: '2.505', currency: 'KWD' });
  });

  it('does not write an invoice again that an earlier attempt made', async () => {
    const { zoho, run } = setUp();
    const first = await run(name, { uniqueValue: 'o-1', body: invoiceBody });
    zoho.calls.length = 0;

    const second = await run(name, { uniqueValue: 'o-1', body: invoiceBody }, 2);

    expect(second['invoiceId']).toBe(first['invoiceId']);
    expect(zoho.calls.some((call) => call.method === 'PUT')).toBe(false);
  });

  it('names a currency that Books does not have', async () => {
    const { run } = setUp();
    const body = { ...invoiceBody, currency_code: 'NOK' };

    await expect(run(name, { uniqueValue: 'o-1', body })).rejects.toMatchObject({
      code: 'CURRENCY_MISSING',
    });
  });
});

describe('FindInvoice', () => {
  it('finds the invoice of the order', async () => {
    const { run } = setUp();
    const made = await run('zoho.books.createInvoice:1.0.0', {
      uniqueValue: 'o-1',
      body: invoiceBody,
    });

    const found = await run('zoho.books.findInvoice:1.0.0', { uniqueValue: 'o-1' });

    expect(found).toEqual(made);
  });

  it('does not take the invoice of another order when Zoho ignores the filter', async () => {
    const { zoho, run } = setUp();
    const create = 'zoho.books.createInvoice:1.0.0';
    await run(create, { uniqueValue: 'o-1', body: invoiceBody });
    const made = await run(create, { uniqueValue: 'o-2', body: invoiceBody });
    zoho.ignoresFilters = true;

    const found = await run('zoho.books.findInvoice:1.0.0', { uniqueValue: 'o-2' });

    expect(found).toEqual(made);
  });

  it('refuses with a reason that the flow may catch when there is none', async () => {
    const { run } = setUp();

    await expect(run('zoho.books.findInvoice:1.0.0', { uniqueValue: 'o-9' })).rejects.toMatchObject(
      {
        code: 'invoice-not-found',
      },
    );
  });
});

describe('CreateCreditNote', () => {
  it('names the invoice in the query, where it is not lost', async () => {
    const { zoho, run } = setUp();

    await run('zoho.books.createCreditNote:1.0.0', {
      uniqueValue: 'r-1',
      invoiceId: '9',
      body: { customer_id: '1', line_items: [] },
    });

    expect(zoho.calls.at(-1)?.query).toEqual({ invoice_id: '9' });
  });
});

describe('CommentCreditNote', () => {
  it('leaves the same text once', async () => {
    const { zoho, run } = setUp();
    zoho.rows('/creditnotes').push({ creditnote_id: '5' });
    const values = { creditNoteId: '5', text: 'The refund was refused.' };

    await run('zoho.books.commentCreditNote:1.0.0', values);
    await run('zoho.books.commentCreditNote:1.0.0', values);

    expect(zoho.rows('/creditnotes/5/comments')).toHaveLength(1);
  });
});

describe('AddCrmNote', () => {
  const values = {
    uniqueValue: 'declined-p-1',
    email: 'ada@x.org',
    lastName: 'Lovelace',
    body: { Note_Title: 'Payment declined', Note_Content: 'Too little money.' },
  };

  it('makes the contact that is not there yet, and leaves the note once', async () => {
    const { zoho, run } = setUp();

    const first = await run('zoho.crm.addNote:1.0.0', values);
    const second = await run('zoho.crm.addNote:1.0.0', values);

    const contactId = String(zoho.rows('Contacts')[0]?.['id']);
    expect(zoho.rows(`${contactId}/Notes`)).toEqual([
      expect.objectContaining({
        Note_Content: 'Too little money.\nReference: declined-p-1',
      }),
    ]);
    expect(second).toEqual(first);
  });
});

describe('OpenDeskTicket', () => {
  it('opens the ticket once, in the department of the setting', async () => {
    const { zoho, run } = setUp();
    const values = {
      uniqueValue: 'case-1',
      body: { subject: 'Review', contact: { lastName: 'L' } },
    };

    const first = await run('zoho.desk.openTicket:1.0.0', values);
    const second = await run('zoho.desk.openTicket:1.0.0', values);

    expect(zoho.rows('tickets')).toHaveLength(1);
    expect(zoho.rows('tickets')[0]).toMatchObject({ departmentId: '1180000000000000900' });
    expect(second).toEqual(first);
    expect(first).toEqual({ ticketId: expect.any(String), ticketNumber: '101' });
  });

  it('does not take the ticket of another case when Desk ignores the filter', async () => {
    const { zoho, run } = setUp();
    const name = 'zoho.desk.openTicket:1.0.0';
    await run(name, { uniqueValue: 'case-1', body: { subject: 'Review' } });
    zoho.ignoresFilters = true;

    await run(name, { uniqueValue: 'case-2', body: { subject: 'Review' } });

    expect(zoho.rows('tickets')).toHaveLength(2);
  });
});
