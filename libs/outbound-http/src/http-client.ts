import { PermanentFailure } from '@sluice/failure';
import { SpanKind, withSpan } from '@sluice/telemetry';
import { Agent, request } from 'undici';
import type { Dispatcher } from 'undici';
import { isConnectFailure } from './connect-failure.ts';
import { HttpNotSent, HttpOutcomeUnknown } from './failures.ts';

/** Bounds of one client. */
export interface HttpClientOptions {
  /** Who is called, for spans and messages: `cybersource`, `zoho-books`. */
  readonly name: string;
  /** Hosts (with port, when not the default one) that may be called; nothing else is. */
  readonly allowedHosts: readonly string[];
  /** Longest wait for the whole answer. @default 20_000 @minimum 1 */
  readonly timeoutMs?: number;
  /** Longest wait for a connection. @default 5_000 */
  readonly connectTimeoutMs?: number;
  /** Largest answer that is read. @default 4_194_304 */
  readonly bytesMax?: number;
  /** Connections per host. @default 32 */
  readonly connectionsMax?: number;
}

/** One request; the body goes out byte for byte as given. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Low-cardinality name of the call for spans, for example `POST /pts/v2/payments`. */
  readonly route?: string;
}

/** The answer of any status. */
export interface HttpReply {
  readonly status: number;
  /** Header names in lower case; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * HTTP to third parties: keep-alive, bounded in time and size, allow-listed hosts, no redirects.
 *
 * Every status is an answer. Failures say whether the request may have been executed:
 * `HttpNotSent` when no connection could be made, `HttpOutcomeUnknown` for anything later.
 * Trace context is not sent to third parties. The owner closes the client.
 */
export class HttpClient {
  readonly #options: Required<HttpClientOptions>;
  readonly #agent: Agent;

  constructor(options: HttpClientOptions) {
    this.#options = {
      timeoutMs: 20_000,
      connectTimeoutMs: 5_000,
      bytesMax: 4_194_304,
      connectionsMax: 32,
      ...options,
    };
    this.#agent = new Agent({
      connections: this.#options.connectionsMax,
      connect: { timeout: this.#options.connectTimeoutMs },
      keepAliveTimeout: 4_000,
      pipelining: 1,
    });
  }

  /**
   * Sends one request and reads the whole answer.
   * @throws PermanentFailure HTTP_HOST_NOT_ALLOWED before anything is sent.
   * @throws HttpNotSent, HttpOutcomeUnknown as described above.
   */
  async request(call: HttpRequest): Promise<HttpReply> {
    const url = new URL(call.url);
    if (!this.#options.allowedHosts.includes(url.host)) {
      throw new PermanentFailure(
        'HTTP_HOST_NOT_ALLOWED',
        `${this.#options.name}: host ${url.host} is not on the allow-list`,
      );
    }
    const name = call.route ?? `${call.method} ${this.#options.name}`;
    const attributes = {
      'http.request.method': call.method,
      'server.address': url.hostname,
      'peer.service': this.#options.name,
    };
    return await withSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const reply = await this.#send(url, call);
      span.setAttribute('http.response.status_code', reply.status);
      return reply;
    });
  }

  /** Closes idle connections; requests under way end first. */
  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #send(url: URL, call: HttpRequest): Promise<HttpReply> {
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    try {
      const response = await request(url, {
        dispatcher: this.#agent,
        method: call.method,
        headers: { ...call.headers },
        body: call.body ?? null,
        signal,
      });
      return {
        status: response.statusCode,
        headers: joinHeaders(response.headers),
        text: await this.#readBody(response),
      };
    } catch (error) {
      throw this.#translate(error, url.host);
    }
  }

  async #readBody(response: Dispatcher.ResponseData): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > this.#options.bytesMax) {
        throw new HttpOutcomeUnknown(
          `${this.#options.name}: the answer passes ${this.#options.bytesMax} bytes`,
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  #translate(error: unknown, host: string): Error {
    if (error instanceof HttpOutcomeUnknown) return error;
    if (isConnectFailure(error)) {
      return new HttpNotSent(`${this.#options.name}: no connection to ${host}`, error);
    }
    if (error instanceof Error && error.name === 'TimeoutError') {
      return new HttpOutcomeUnknown(
        `${this.#options.name}: no answer from ${host} within ${this.#options.timeoutMs} ms`,
        error,
      );
    }
    return new HttpOutcomeUnknown(`${this.#options.name}: the connection to ${host} broke`, error);
  }
}

function joinHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const joined: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      joined[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return joined;
}
