import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox, type Sandbox } from '../sandbox.ts';
import { booksClient, send, type Answer } from '../testing/twin-clients.ts';

let sandbox: Sandbox;
let books: Awaited<ReturnType<typeof booksClient>>;

beforeAll(async () => {
  sandbox = await startSandbox({ zohoRateLimitPerMinute: 1000 });
  books = await booksClient(sandbox.zohoUrl);
});
afterAll(async () => sandbox.stop());
afterEach(async () => send('DELETE', `${sandbox.zohoUrl}/_control/faults`));

const setFault = (fault: object): Promise<Answer> =>
  send('PUT', `${sandbox.zohoUrl}/_control/faults`, { body: [fault] });
const create = (name: string): Promise<Answer> =>
  books('POST', '/contacts', { body: { contact_name: name } });
const countOf = async (name: string): Promise<number> => {
  const { body } = await books('GET', `/contacts?contact_name=${name}`);
  return (body['contacts'] as unknown[]).length;
};

describe('faults of a route', () => {
  it('answers the status that is set, as often as said, without doing the work', async () => {
    await setFault({ route: 'POST /books/v3/contacts', kind: 'status', status: 429, times: 1 });

    const first = await create('Status');
    const before = await countOf('Status');
    const second = await create('Status');

    expect([first.status, before, second.status]).toEqual([429, 0, 201]);
  });

  it('cuts the connection before the work', async () => {
    await setFault({ route: 'POST /books/v3/contacts', kind: 'reset_before', times: 1 });

    await expect(create('Before')).rejects.toThrow('fetch failed');

    expect(await countOf('Before')).toBe(0);
  });

  it('cuts the connection after the work was committed', async () => {
    await setFault({ route: 'POST /books/v3/contacts', kind: 'reset_after', times: 1 });

    await expect(create('After')).rejects.toThrow('fetch failed');

    expect(await countOf('After')).toBe(1);
    const { body } = await send('GET', `${sandbox.zohoUrl}/_control/ledger`);
    expect(body['requests']).toContainEqual({
      method: 'POST',
      path: '/books/v3/contacts',
      status: 0,
      count: expect.any(Number) as number,
    });
  });

  it('does the work and answers an error, or garbage', async () => {
    await setFault({
      route: 'POST /books/v3/contacts',
      kind: 'status_after',
      status: 502,
      times: 1,
    });
    const failed = await create('Lost');
    await setFault({ route: 'POST /books/v3/contacts', kind: 'garbage', times: 1 });
    const garbled = await create('Garbled');

    expect(failed.status).toBe(502);
    expect(garbled.text).toContain('<html>');
    expect([await countOf('Lost'), await countOf('Garbled')]).toEqual([1, 1]);
  });

  it('delays, and fits a star to one segment of the path', async () => {
    await setFault({ route: 'GET /books/v3/contacts/*', kind: 'delay', delayMs: 120 });

    const started = performance.now();
    await books('GET', '/contacts/1');
    const slow = performance.now() - started;

    expect(slow).toBeGreaterThan(110);
  });

  it('refuses a fault that cannot be', async () => {
    expect((await setFault({ route: 'GET /x', kind: 'explode' })).status).toBe(422);
    expect((await setFault({ kind: 'delay' })).status).toBe(422);
  });
});
