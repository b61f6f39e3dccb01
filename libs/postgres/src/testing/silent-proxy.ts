import { type Socket, connect, createServer } from 'node:net';

/** Hands bytes on to Postgres until it is told to swallow what comes back, as a broken network does. */
export class SilentProxy {
  isSilent = false;
  readonly #databaseUrl: string;
  #port = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((near) => {
    const { hostname, port } = new URL(this.#databaseUrl);
    const far = connect(Number(port), hostname);
    near.on('data', (bytes) => far.write(bytes));
    far.on('data', (bytes) => this.isSilent || near.write(bytes));
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  /** Begins to listen on a free port. */
  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    this.#port = typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** The database's address by way of the proxy. */
  url(): string {
    const url = new URL(this.#databaseUrl);
    url.port = String(this.#port);
    return url.href;
  }

  /** Cuts every connection. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
