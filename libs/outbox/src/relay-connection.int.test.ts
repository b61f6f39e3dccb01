import { type Socket, connect, createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RelayConnection } from './relay-connection.ts';

/** Hands bytes on to Postgres until it is told to swallow what comes back, as a broken network does. */
class SilentProxy {
  isSilent = false;
  #port = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => {
    const { hostname, port } = new URL(inject('databaseUrl'));
    const far = connect(Number(port), hostname);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => this.isSilent || near.write(bytes));
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  url(): string {
    const url = new URL(inject('databaseUrl'));
    url.port = String(this.#port);
    return url.href;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}

describe('RelayConnection', () => {
  const proxy = new SilentProxy();

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
