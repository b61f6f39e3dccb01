import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** An answer of the service. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** A request with a JSON body; a text goes out as it is. */
export interface TestRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly body?: unknown;
  /** Headers for the bytes that go out, so that they can be signed. */
  readonly headersFor: (payload: string) => Readonly<Record<string, string>>;
}

/** Sends a request to the service without a network. */
export async function sendJson(
  app: NestFastifyApplication,
  { method, url, body, headersFor }: TestRequest,
): Promise<Answer> {
  const payload = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const headers = headersFor(payload);
  const reply = await app.inject(
    method === 'GET'
      ? { method, url, headers }
      : { method, url, headers: { 'content-type': 'application/json', ...headers }, payload },
  );
  return { status: reply.statusCode, body: JSON.parse(reply.body) as Record<string, unknown> };
}
