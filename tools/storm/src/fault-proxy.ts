import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What a proxy holds back: everything, or only what the server answers. */
export type Held = 'nothing' | 'everything' | 'answers';

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

const connectTimeoutMs = 5_000;

/**
 * A TCP proxy on the loopback address that can do what networks do: cut, stall, swallow answers, refuse, delay.
 *
 * Without a fault it passes bytes on as they come. It never changes them.
 */
export class FaultProxy {
  /** Who this proxy stands in front of, for reports. */
  readonly name: string;
  readonly port: number;
  /** Where connections are passed on to; may be set after the proxy listens. */
  upstreamPort: number;
  private readonly server: Server;
  private readonly pairs = new Set<Pair>();
  private readonly clients = new Set<Socket>();
  private held: Held = 'nothing';
  private release = Promise.withResolvers<void>();
  private isRefusing = false;
  private delayMs = 0;

  private constructor(name: string, server: Server, upstreamPort: number) {
    this.name = name;
    this.server = server;
    this.upstreamPort = upstreamPort;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Listens on a free port. */
  static async listen(name: string, upstreamPort = 0): Promise<FaultProxy> {
    // Half-open, because a peer that has said its last word may still be waiting for the answer.
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new FaultProxy(name, server, upstreamPort);
    server.on('connection', (client) => void proxy.accept(client));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How many connections are open now. */
  get connectionCount(): number {
    return this.clients.size;
  }

  /** Resets those connections for which the choice is true; new ones are not affected. */
  cut(isChosen: () => boolean = () => true): number {
    const chosen = [...this.clients].filter(() => isChosen());
    for (const client of chosen) client.resetAndDestroy();
    return chosen.length;
  }

  /** Holds bytes back, on old and new connections, until `pass`; nobody is told. */
  hold(what: 'everything' | 'answers'): void {
    this.held = what;
  }

  /** Resets every connection and refuses new ones until `pass`. */
  refuse(): void {
    this.isRefusing = true;
    this.cut();
  }

  /** Delays every chunk of bytes until `pass`. */
  slow(delayMs: number): void {
    this.delayMs = delayMs;
  }

  /** Ends all faults; what was held back goes out. */
  pass(): void {
    this.held = 'nothing';
    this.isRefusing = false;
    this.delayMs = 0;
    this.release.resolve();
    this.release = Promise.withResolvers();
  }

  async close(): Promise<void> {
    this.pass();
    for (const client of this.clients) client.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private async accept(client: Socket): Promise<void> {
    this.clients.add(client);
    client.on('error', () => undefined);
    client.once('close', () => this.clients.delete(client));
    if (this.isRefusing) return void client.resetAndDestroy();
    await this.passable('everything');
    if (client.destroyed) return;
    const server = connect({
      port: this.upstreamPort,
      host: '127.0.0.1',
      allowHalfOpen: true,
      noDelay: true,
      timeout: connectTimeoutMs,
    });
    server.once('connect', () => server.setTimeout(0));
    server.once('timeout', () => server.destroy());
    const pair = { client, server };
    this.pairs.add(pair);
    server.on('error', () => client.resetAndDestroy());
    server.once('close', () => this.pairs.delete(pair));
    client.once('close', () => server.destroy());
    void this.forward(pair, 'everything');
    void this.forward(pair, 'answers');
  }

  private async forward({ client, server }: Pair, what: 'everything' | 'answers'): Promise<void> {
    const [from, to] = what === 'answers' ? [server, client] : [client, server];
    try {
      for await (const chunk of from) {
        await this.passable(what);
        if (this.delayMs > 0) await pause(this.delayMs);
        if (!to.write(chunk as Buffer)) await once(to, 'drain');
      }
      to.end();
    } catch {
      client.resetAndDestroy();
      server.destroy();
    }
  }

  /** Waits until bytes of this direction may pass. */
  private async passable(what: 'everything' | 'answers'): Promise<void> {
    while (this.isHeld(what)) await this.release.promise;
  }

  private isHeld(what: 'everything' | 'answers'): boolean {
    return this.held === 'everything' || (what === 'answers' && this.held === 'answers');
  }
}
