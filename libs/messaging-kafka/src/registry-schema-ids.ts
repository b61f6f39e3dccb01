import { SchemaIds } from '@sluice/contracts';
import { DependencyDown, PermanentFailure, PoisonMessage } from '@sluice/failure';

const timeoutMs = 5_000;
const replyCharsMax = 1_000_000;
const contentType = 'application/vnd.schemaregistry.v1+json';

/**
 * Schema ids from a registry with Confluent's API (Apicurio, Confluent, Karapace). It only reads.
 *
 * The codec keeps what it has asked for, so nothing is asked twice while messages flow.
 */
export class RegistrySchemaIds extends SchemaIds {
  readonly #url: string;
  readonly #authorization: string | undefined;

  /** `url` with the path of the API, for example `http://127.0.0.1:4181/apis/ccompat/v7`; may hold user and password. */
  constructor(url: string) {
    super();
    const parsed = new URL(url);
    const { username, password } = parsed;
    if (username !== '') {
      const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
      this.#authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
    }
    parsed.username = '';
    parsed.password = '';
    this.#url = parsed.href.replace(/\/$/, '');
  }

  override async idOf(subject: string, schema: string): Promise<number> {
    const reply = await this.#ask(`/subjects/${encodeURIComponent(subject)}`, { schema });
    if (reply === undefined) {
      throw new PermanentFailure(
        'SCHEMA_NOT_REGISTERED',
        `The registry does not hold this schema under ${subject}: provision it first.`,
      );
    }
    if (typeof reply['id'] !== 'number') throw unreadable();
    return reply['id'];
  }

  override async schemaById(id: number): Promise<string> {
    const reply = await this.#ask(`/schemas/ids/${id}`);
    if (reply === undefined) {
      throw new PoisonMessage('CODEC_UNKNOWN_SCHEMA', `The registry knows no schema ${id}.`);
    }
    if (typeof reply['schema'] !== 'string') throw unreadable();
    return reply['schema'];
  }

  /** Undefined when the registry says that there is none. */
  async #ask(path: string, body?: unknown): Promise<Record<string, unknown> | undefined> {
    try {
      const response = await fetch(`${this.#url}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          accept: contentType,
          ...(body === undefined ? {} : { 'content-type': contentType }),
          ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      if (response.status === 404) return undefined;
      if (!response.ok || text.length > replyCharsMax) throw unreadable(response.status);
      return JSON.parse(text) as Record<string, unknown>;
    } catch (error) {
      if (error instanceof DependencyDown) throw error;
      throw new DependencyDown('registry', 'The schema registry does not answer.', {
        cause: error,
      });
    }
  }
}

function unreadable(status?: number): DependencyDown {
  const detail = status === undefined ? 'unreadably' : `with status ${status}`;
  return new DependencyDown('registry', `The schema registry answers ${detail}.`);
}
