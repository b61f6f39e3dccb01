import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/** Kafka's numbers of the requests that tests disturb. */
export const requestKeys = { produce: 0, fetch: 1, metadata: 3 } as const;

/** What becomes of one frame. A held one waits for `release`. */
export type FrameFate = 'pass' | 'drop' | 'hold';

/**
 * Stands between clients and one broker and disturbs single requests or replies, known by Kafka's request key.
 *
 * Dropping the reply of a produce request is the lost acknowledgement: the broker has written, the client cannot know.
 */
export class BrokerProxy {
  readonly #brokerPort: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #held: (() => void)[] = [];
  /** Asked for every request before the broker sees it. */
  onRequest: (requestKey: number) => FrameFate = () => 'pass';
  /** Asked for every reply before the client sees it. */
  onReply: (requestKey: number) => FrameFate = () => 'pass';

  private constructor(brokerPort: number) {
    this.#brokerPort = brokerPort;
    this.#server = createServer((client) => this.#join(client));
  }

  /** A proxy that listens on a free loopback port. */
  static async before(brokerPort: number): Promise<BrokerProxy> {
    const proxy = new BrokerProxy(brokerPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Frames that wait. */
  get heldCount(): number {
    return this.#held.length;
  }

  /** Lets what was held go on, in its order. */
  release(): void {
    for (const forward of this.#held.splice(0)) forward();
  }

  /** Resets every connection; new ones are taken. What was held is lost. */
  cut(): void {
    this.#held = [];
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const broker = connect({ host: '127.0.0.1', port: this.#brokerPort });
    const keyOf = new Map<number, number>();
    forwardFrames(client, (frame) => {
      const requestKey = frame.readInt16BE(4);
      keyOf.set(frame.readInt32BE(8), requestKey);
      this.#decide(this.onRequest(requestKey), () => broker.write(frame));
    });
    forwardFrames(broker, (frame) => {
      const correlation = frame.readInt32BE(4);
      const requestKey = keyOf.get(correlation) ?? -1;
      keyOf.delete(correlation);
      this.#decide(this.onReply(requestKey), () => client.write(frame));
    });
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
  }

  #decide(fate: FrameFate, forward: () => void): void {
    if (fate === 'pass') forward();
    else if (fate === 'hold') this.#held.push(forward);
  }
}

/** Sockets that go through the proxies of their brokers; without a proxy they go straight. */
export function socketsThrough(proxies: ReadonlyMap<number, BrokerProxy>): ISocketFactory {
  return ({ host, port, onConnect }) =>
    connect({ host, port: proxies.get(port)?.port ?? port }, onConnect).setNoDelay(true);
}

/** Calls with every whole frame: four bytes of length, then so many bytes. */
function forwardFrames(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let buffered = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    while (buffered.length >= 4) {
      const end = 4 + buffered.readInt32BE(0);
      if (buffered.length < end) return;
      onFrame(buffered.subarray(0, end));
      buffered = buffered.subarray(end);
    }
  });
}
