import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textAt, type Json } from '../../json.ts';
import { startSandbox, type Sandbox } from '../../sandbox.ts';
import { send, zohoToken, type Answer } from '../../testing/twin-clients.ts';

let sandbox: Sandbox;
let token: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  token = await zohoToken(sandbox.zohoUrl);
});
afterAll(async () => sandbox.stop());

const crm = (method: string, path: string, body?: unknown): Promise<Answer> =>
  send(method, `${sandbox.zohoUrl}/crm/v8${path}`, {
    headers: { authorization: `Zoho-oauthtoken ${token}` },
    ...(body === undefined ? {} : { body }),
  });
const firstOf = ({ body }: Answer): Json => (body['data'] as Json[])[0] ?? {};

describe('CRM', () => {
  it('inserts at first and updates after that, by the duplicate field', async () => {
    const upsert = (values: Json): Promise<Answer> =>
      crm('POST', '/Contacts/upsert', { data: [values], duplicate_check_fields: ['Email'] });

    const first = await upsert({ Last_Name: 'Meyer', Email: 'meyer@shop.test' });
    const second = await upsert({ Last_Name: 'Maier', Email: 'MEYER@shop.test' });

    expect(first.status).toBe(200);
    expect(firstOf(first)).toMatchObject({ action: 'insert', duplicate_field: null });
    expect(firstOf(second)).toMatchObject({
      action: 'update',
      duplicate_field: 'Email',
      details: { id: textAt(firstOf(first), 'details.id') },
    });
  });

  it('answers 204 with an empty body when a search finds nothing', async () => {
    const none = await crm('GET', '/Contacts/search?criteria=(Email:equals:no@shop.test)');
    const found = await crm('GET', '/Contacts/search?email=meyer@shop.test');

    expect([none.status, none.text]).toEqual([204, '']);
    expect(firstOf(found)).toMatchObject({ Last_Name: 'Maier', Full_Name: 'Maier' });
  });

  it('answers a mixture of good and bad records with 207, in their order', async () => {
    const answer = await crm('POST', '/Contacts', {
      data: [{ Last_Name: 'Good' }, { First_Name: 'Bad' }, { Last_Name: 'B', Email: 'no address' }],
    });

    expect(answer.status).toBe(207);
    expect(answer.body['data']).toMatchObject([
      { code: 'SUCCESS', message: 'record added' },
      { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Last_Name' } },
      { code: 'INVALID_DATA', details: { expected_data_type: 'email', api_name: 'Email' } },
    ]);
  });

  it('links a contact to its account and keeps notes under it', async () => {
    const account = firstOf(await crm('POST', '/Accounts', { data: [{ Account_Name: 'ACME' }] }));
    const accountId = textAt(account, 'details.id');
    const contact = firstOf(
      await crm('POST', '/Contacts', {
        data: [{ Last_Name: 'Wile', Account_Name: { id: accountId } }],
      }),
    );
    const id = textAt(contact, 'details.id');
    const note = { Note_Title: 'Payment declined', Note_Content: 'Insufficient funds' };
    await crm('POST', `/Contacts/${id}/Notes`, { data: [note] });
    const parent = { id, module: { api_name: 'Contacts' } };
    await crm('POST', '/Notes', { data: [{ ...note, Parent_Id: parent }] });

    const read = firstOf(await crm('GET', `/Contacts/${id}`));
    const notes = await crm('GET', `/Contacts/${id}/Notes?fields=Note_Title`);

    expect(read).toMatchObject({ Account_Name: { id: accountId, name: 'ACME' } });
    expect(notes.body['data']).toHaveLength(2);
    const lost = await crm('POST', '/Contacts/1/Notes', { data: [note] });
    expect(lost.status).toBe(400);
  });

  it('demands the fields of a list and knows its modules', async () => {
    expect((await crm('GET', '/Contacts')).body['code']).toBe('REQUIRED_PARAM_MISSING');
    expect((await crm('GET', '/Dreams?fields=id')).body['code']).toBe('INVALID_MODULE');
    expect((await crm('GET', '/Contacts?fields=Last_Name&')).status).toBe(200);
  });
});
