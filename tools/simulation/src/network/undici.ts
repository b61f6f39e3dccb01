import type { SimulatedNetwork } from './simulated-network.ts';

let network: SimulatedNetwork | undefined;

/** Every HTTP call of the product goes through this network from now on. */
export function connectThrough(simulated: SimulatedNetwork): void {
  network = simulated;
}

/** In the place of undici's agent: connections are the network's affair. */
export class Agent {
  close(): Promise<void> {
    return Promise.resolve();
  }
}

class ConnectTimeoutError extends Error {}

/** In the place of undici's errors. */
export const errors = { ConnectTimeoutError };

interface RequestOptions {
  readonly method: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | null;
  readonly signal?: AbortSignal;
}

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AsyncIterable<Buffer>;
}

/** In the place of undici's `request`. Like it, it follows no redirect. */
export async function request(url: URL, options: RequestOptions): Promise<Response> {
  if (network === undefined) throw new Error('No network is being simulated.');
  const body: unknown = options.body ? JSON.parse(options.body) : {};
  const reply = await network.call({
    host: url.host,
    method: options.method,
    path: `${url.pathname}${url.search}`,
    body: body as Readonly<Record<string, unknown>>,
    signal: options.signal,
  });
  return { statusCode: reply.status, headers: reply.headers, body: oneChunk(reply.text) };
}

async function* oneChunk(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}
