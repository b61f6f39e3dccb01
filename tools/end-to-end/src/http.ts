import type { Json } from './json.ts';

/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
}

export interface HttpRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Sent as JSON, or as it is when it is a text. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const answerTimeoutMs = 30_000;

/** Sends one request; a server that cannot be reached gives status 0. */
export async function ask(url: string, request: HttpRequest = {}): Promise<Answer> {
  const { method = 'GET', body, headers } = request;
  try {
    const response = await fetch(url, {
      method,
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    const text = await response.text();
    return { status: response.status, body: parsed(text) };
  } catch (error) {
    return { status: 0, body: { error: String(error) } };
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return { text };
  }
}
