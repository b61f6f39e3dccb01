import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textAt, type Json } from '../../json.ts';
import { startSandbox, type Sandbox } from '../../sandbox.ts';
import { send, settings, zohoToken, type Answer } from '../../testing/twin-clients.ts';

let sandbox: Sandbox;
let token: string;
let departmentId: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  token = await zohoToken(sandbox.zohoUrl);
  const { body } = await desk('GET', '/departments');
  departmentId = String((body['data'] as Json[])[0]?.['id']);
});
afterAll(async () => sandbox.stop());

const desk = (
  method: string,
  path: string,
  options: { body?: unknown; orgId?: string } = {},
): Promise<Answer> =>
  send(method, `${sandbox.zohoUrl}/api/v1${path}`, {
    headers: {
      authorization: `Zoho-oauthtoken ${token}`,
      orgId: options.orgId ?? settings.zohoOrganizationId,
    },
    ...(options.body === undefined ? {} : { body: options.body }),
  });
const ticket = (change: Json = {}): Json => ({
  subject: 'Payment held for review',
  departmentId,
  contact: { lastName: 'Lindqvist', email: 'mara@shop.test' },
  cf: { cf_sluice_key: 'case-1' },
  ...change,
});

describe('Desk', () => {
  it('opens a ticket with 200 and finds it by its custom field', async () => {
    const none = await desk('GET', '/tickets/search?customField1=cf_sluice_key:case-1');
    const made = await desk('POST', '/tickets', { body: ticket() });
    const found = await desk('GET', '/tickets/search?customField1=cf_sluice_key:case-1');

    expect([none.status, made.status]).toEqual([204, 200]);
    expect(made.body).toMatchObject({ statusType: 'Open', threadCount: '0', priority: null });
    expect(found.body).toMatchObject({ count: 1, data: [{ id: textAt(made.body, 'id') }] });
  });

  it('changes a ticket and keeps its comments', async () => {
    const id = textAt((await desk('POST', '/tickets', { body: ticket() })).body, 'id');
    await desk('POST', `/tickets/${id}/comments`, { body: { content: 'Looks good' } });

    const changed = await desk('PATCH', `/tickets/${id}`, { body: { status: 'Closed' } });

    expect(changed.body).toMatchObject({ statusType: 'Closed', commentCount: '1' });
    expect((await desk('GET', `/tickets/${id}/comments`)).body['data']).toHaveLength(1);
  });

  it('uses the contact it knows for the same address', async () => {
    await desk('POST', '/tickets', { body: ticket() });
    await desk('POST', '/tickets', { body: ticket() });

    const { body } = await desk('GET', '/contacts/search?email=mara@shop.test');

    expect(body['count']).toBe(1);
  });

  it('names the fields at fault with 422', async () => {
    const answer = await desk('POST', '/tickets', { body: { departmentId: '1' } });

    expect(answer).toMatchObject({
      status: 422,
      body: {
        errorCode: 'INVALID_DATA',
        errors: [
          { fieldName: '/subject', errorType: 'missing' },
          { fieldName: '/departmentId', errorType: 'invalid' },
          { fieldName: '/contactId', errorType: 'missing' },
        ],
      },
    });
  });

  it('refuses unknown query parameters and other organisations', async () => {
    expect((await desk('GET', '/tickets?page=1')).status).toBe(422);
    expect((await desk('GET', '/tickets', { orgId: '1' })).status).toBe(403);
    expect((await desk('GET', '/tickets', { orgId: 'abc' })).status).toBe(500);
    expect((await desk('GET', '/organizations', { orgId: '1' })).status).toBe(200);
  });
});
