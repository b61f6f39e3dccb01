import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HttpClient } from '@sluice/outbound-http';
import { ConsoleSettings } from '../config.ts';
import { type OpsAnswer, OpsGateway } from './ops.gateway.ts';

const clientName = 'operator-endpoints';

/** Asks the services over HTTP, with the operator token. */
@Injectable()
export class HttpOpsGateway extends OpsGateway implements OnApplicationShutdown {
  readonly #services: ReadonlyMap<string, string>;
  readonly #token: string;
  readonly #client: HttpClient;

  constructor(@Inject(ConsoleSettings) settings: ConsoleSettings) {
    super();
    this.#services = parseServices(settings.services);
    this.#token = settings.opsToken;
    this.#client = new HttpClient({
      name: clientName,
      allowedHosts: [...this.#services.values()].map((url) => new URL(url).host),
      timeoutMs: settings.servicesTimeoutMs,
      connectTimeoutMs: settings.servicesTimeoutMs,
      connectionsMax: 8,
    });
  }

  override async askAll(path: string): Promise<readonly OpsAnswer[]> {
    return await Promise.all(
      [...this.#services].map(([service, url]) => this.#ask(service, `${url}${path}`)),
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#client.close();
  }

  async #ask(service: string, url: string): Promise<OpsAnswer> {
    try {
      const headers = { authorization: `Bearer ${this.#token}` };
      const route = 'GET operator endpoint';
      const reply = await this.#client.request({ method: 'GET', url, headers, route });
      return { service, status: reply.status, body: JSON.parse(reply.text) as unknown };
    } catch (error) {
      const reason = error instanceof SyntaxError ? 'Its answer is not JSON.' : sentenceOf(error);
      return { service, reason };
    }
  }
}

/** `name=url,name=url` as a map; a trailing slash of a URL is dropped. */
export function parseServices(text: string): ReadonlyMap<string, string> {
  const entries = text === '' ? [] : text.split(',');
  return new Map(
    entries.map((entry) => {
      const at = entry.indexOf('=');
      return [entry.slice(0, at), entry.slice(at + 1).replace(/\/+$/, '')];
    }),
  );
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return 'It did not answer.';
  // The client puts its own name first, which says nothing beside the name of the service.
  return error.message.replace(`${clientName}: `, '');
}
