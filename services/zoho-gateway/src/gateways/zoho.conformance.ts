import { afterAll, beforeAll, expect, it } from 'vitest';
import { customFieldOf } from '../domain/credit-note.ts';
import { asObject, asObjects, type ZohoObject } from '../domain/zoho-json.ts';
import type { ZohoGateway } from './zoho.gateway.ts';

/** A Zoho under test; it holds nothing of the suite yet. */
export interface ZohoSubject {
  readonly gateway: ZohoGateway;
  readonly departmentId: string;
  close(): Promise<void>;
}

/** What every Zoho gateway must do, as the functions rely on it. */
export function zohoConformance(setUp: () => Promise<ZohoSubject>): void {
  let subject: ZohoSubject;
  beforeAll(async () => {
    subject = await setUp();
  }, 60_000);
  afterAll(async () => {
    await subject.close();
  });

  const upsertContact = async (key: string, name_: string, email: string): Promise<ZohoObject> => {
    const reply = await subject.gateway.call({
      product: 'books',
      method: 'PUT',
      path: '/contacts',
      upsertBy: key,
      body: {
        contact_name: name_,
        contact_persons: [{ first_name: 'Ada', last_name: 'L', email, is_primary_contact: true }],
        custom_fields: [{ api_name: 'cf_sluice_key', value: key }],
      },
    });
    return asObject(reply['contact']);
  };

  it('updates the record with the same unique value instead of creating a second one', async () => {
    const first = await upsertContact('c-1', 'Ada (c-1)', 'ada@example.com');
    const second = await upsertContact('c-1', 'Ada (c-1)', 'ada@example.org');

    expect(second['contact_id']).toBe(first['contact_id']);
    expect(first['contact_id']).toMatch(/^\d{15,25}$/);
  });

  it('lists the records with a unique value', async () => {
    const contact = await upsertContact('c-2', 'Ada (c-2)', 'ada2@example.com');

    const reply = await subject.gateway.call({
      product: 'books',
      method: 'GET',
      path: '/contacts',
      query: { cf_sluice_key: 'c-2' },
    });

    const found = asObjects(reply['contacts']).filter(
      (one) => customFieldOf(one, 'cf_sluice_key') === 'c-2',
    );
    expect(found.map((one) => one['contact_id'])).toEqual([contact['contact_id']]);
  });

  it('refuses an e-mail address that is none, in its own words', async () => {
    const refusal = upsertContact('c-3', 'Ada (c-3)', 'not-an-address');

    await expect(refusal).rejects.toMatchObject({
      code: 'ZOHO_REFUSED',
      message: expect.stringMatching(/e-?mail/i),
    });
  });

  it('refuses a record that does not exist', async () => {
    const reading = subject.gateway.call({
      product: 'books',
      method: 'GET',
      path: '/invoices/1180000000000999999',
    });

    await expect(reading).rejects.toMatchObject({ code: 'ZOHO_REFUSED', zohoCode: '1002' });
  });

  it('knows the currencies and the clearing accounts', async () => {
    const call = { product: 'books', method: 'GET' } as const;
    const currencies = await subject.gateway.call({ ...call, path: '/settings/currencies' });
    const accounts = await subject.gateway.call({ ...call, path: '/bankaccounts' });

    const codes = asObjects(currencies['currencies']).map((one) => one['currency_code']);
    const names = asObjects(accounts['bankaccounts']).map((one) => one['account_name']);
    expect(codes).toEqual(expect.arrayContaining(['EUR', 'JPY', 'KWD']));
    expect(names).toContain('Cybersource Clearing KWD');
  });

  it('upserts and finds contacts in CRM', async () => {
    const upsert = (email: string) =>
      subject.gateway.call({
        product: 'crm',
        method: 'POST',
        path: '/Contacts/upsert',
        body: {
          data: [{ Last_Name: 'Lovelace', Email: email }],
          duplicate_check_fields: ['Email'],
          trigger: [],
        },
      });
    const idOf = (reply: ZohoObject) => asObject(asObjects(reply['data'])[0]?.['details'])['id'];
    const first = await upsert('crm@example.com');
    const second = await upsert('crm@example.com');

    const found = await subject.gateway.call({
      product: 'crm',
      method: 'GET',
      path: '/Contacts/search',
      query: { email: 'crm@example.com' },
    });

    expect(idOf(second)).toBe(idOf(first));
    expect(asObjects(found['data']).map((one) => one['id'])).toEqual([idOf(first)]);
  });

  it('finds nothing in CRM and Desk without failing', async () => {
    const { gateway, departmentId } = subject;
    const contacts = await gateway.call({
      product: 'crm',
      method: 'GET',
      path: '/Contacts/search',
      query: { email: 'nobody@example.com' },
    });
    const tickets = await gateway.call({
      product: 'desk',
      method: 'GET',
      path: '/tickets/search',
      query: { departmentId, customField1: 'cf_sluice_key:nothing' },
    });

    expect([asObjects(contacts['data']), asObjects(tickets['data'])]).toEqual([[], []]);
  });

  it('opens a ticket and finds it by its key', async () => {
    const { gateway, departmentId } = subject;
    const ticket = await gateway.call({
      product: 'desk',
      method: 'POST',
      path: '/tickets',
      body: {
        departmentId,
        subject: 'Review',
        contact: { lastName: 'L', email: 'ada@example.com' },
        cf: { cf_sluice_key: 'case-1' },
      },
    });

    const found = await gateway.call({
      product: 'desk',
      method: 'GET',
      path: '/tickets/search',
      query: { departmentId, customField1: 'cf_sluice_key:case-1' },
    });

    expect(asObjects(found['data']).map((one) => one['id'])).toEqual([ticket['id']]);
  });
}
