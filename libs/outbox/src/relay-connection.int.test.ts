import { SilentProxy } from '@sluice/postgres/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RelayConnection } from './relay-connection.ts';

describe('RelayConnection', () => {
  const proxy = new SilentProxy(inject('databaseUrl'));

  beforeAll(() => proxy.open());

  afterAll(() => proxy.close());

  it('gives up a server that has gone silent, and connects anew when it answers again', async () => {
    const connection = new RelayConnection(proxy.url(), () => undefined, 200);
    await connection.query('select 1');
    proxy.isSilent = true;
    await expect(connection.query('select 2')).rejects.toThrow('Query read timeout');

    proxy.isSilent = false;

    expect(await connection.query('select 3 as three')).toEqual([{ three: 3 }]);
    await connection.close();
  });
});
