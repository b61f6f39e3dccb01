import { StackFailure } from './stack-failure.ts';

/** A request of the demo; a body is sent as JSON. */
export interface DemoRequest {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const answerTimeoutMs = 30_000;

/** Asks for JSON; anything but a 2xx answer ends the demo with a sentence that names the address. */
export async function askJson(url: string, request: DemoRequest = {}): Promise<unknown> {
  const { method = 'GET', body, headers } = request;
  let status = 0;
  let text = '';
  try {
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { 'content-type': 'application/json', ...headers },
      signal: AbortSignal.timeout(answerTimeoutMs),
    });
    status = response.status;
    text = await response.text();
    if (response.ok) return JSON.parse(text);
  } catch (error) {
    throw refused(`${method} ${url} was not answered (${String(error)})`, error);
  }
  throw refused(`${method} ${url} was answered with ${status}: ${text.slice(0, 500)}`);
}

function refused(what: string, cause?: unknown): StackFailure {
  return new StackFailure(
    'demo-failed',
    `The demo was cut short: ${what}. \`npm run status\` tells what runs; the logs stand in .sluice/logs.`,
    { cause },
  );
}
