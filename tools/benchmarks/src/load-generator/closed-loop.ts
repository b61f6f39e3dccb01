import { connect, type Socket } from 'node:net';

/** What came back. */
export interface LoadResult {
  readonly seconds: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

/** Requests that are ready to be written, and how many connections share them. */
export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly requests: readonly Buffer[];
}

const runTimeoutMs = 120_000;
const replyBytesMax = 1_048_576;

/**
 * Sends prepared requests over a fixed number of connections to the loopback address: each
 * connection has one request out, and sends the next one when the reply is whole.
 *
 * Plain sockets, because a generator that needs as much CPU as the server would measure itself.
 */
export class ClosedLoop {
  private readonly requests: readonly Buffer[];
  private readonly sockets: readonly Socket[];
  private readonly byStatus: Record<string, number> = {};
  private readonly done = Promise.withResolvers<void>();
  private next = 0;
  private answered = 0;

  private constructor(requests: readonly Buffer[], sockets: readonly Socket[]) {
    this.requests = requests;
    this.sockets = sockets;
  }

  /** Opens every connection. */
  static async open({ port, connections, requests }: LoadOptions): Promise<ClosedLoop> {
    const sockets = await Promise.all(
      Array.from({ length: connections }, async () => await openSocket(port)),
    );
    return new ClosedLoop(requests, sockets);
  }

  /** Sends everything once; rejects when a connection breaks or the time is over. */
  async run(): Promise<LoadResult> {
    const startedMs = performance.now();
    const timer = setTimeout(
      () => this.done.reject(new Error(`${this.answered} answers in ${runTimeoutMs} ms`)),
      runTimeoutMs,
    );
    for (const socket of this.sockets) this.serve(socket);
    try {
      await this.done.promise;
    } finally {
      clearTimeout(timer);
      for (const socket of this.sockets) socket.destroy();
    }
    return { seconds: (performance.now() - startedMs) / 1_000, byStatus: this.byStatus };
  }

  private serve(socket: Socket): void {
    let received = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      const reply = readReply(received);
      if (reply === 'incomplete') return;
      received = received.subarray(reply.bytes);
      this.count(reply.status);
      this.sendNext(socket);
    });
    socket.on('error', (error) => this.done.reject(error));
    socket.on('close', () => this.done.reject(new Error('the server closed a connection')));
    this.sendNext(socket);
  }

  private count(status: string): void {
    this.byStatus[status] = (this.byStatus[status] ?? 0) + 1;
    this.answered += 1;
    if (this.answered === this.requests.length) this.done.resolve();
  }

  private sendNext(socket: Socket): void {
    const request = this.requests[this.next];
    if (request === undefined) return;
    this.next += 1;
    socket.write(request);
  }
}

/** Reads the first reply in the bytes. @throws Error for a reply without a length, or one that is too large. */
export function readReply(
  bytes: Buffer,
): { readonly status: string; readonly bytes: number } | 'incomplete' {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return 'incomplete';
  const head = bytes.toString('latin1', 0, headEnd);
  const length = /\r\ncontent-length: ?(\d+)/i.exec(head)?.[1];
  if (length === undefined) throw new Error('A reply has no content-length.');
  const whole = headEnd + 4 + Number(length);
  if (whole > replyBytesMax) throw new Error('A reply is too large.');
  if (bytes.length < whole) return 'incomplete';
  return { status: head.slice(9, 12), bytes: whole };
}

async function openSocket(port: number): Promise<Socket> {
  return await new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', reject);
  });
}
