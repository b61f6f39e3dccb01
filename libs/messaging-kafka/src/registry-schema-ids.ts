import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import { SchemaIds } from '@sluice/contracts';
import { DependencyDown, PermanentFailure, PoisonMessage } from '@sluice/failure';

const timeoutMs = 5_000;
const schemaCharsMax = 1_000_000;
const retry = { retries: 1, maxRetryTimeInSecs: 1, initialRetryTimeInSecs: 0.1 };

/** What the client's middleware sees of an answer. */
interface Answer {
  data(): unknown;
}

/** A step around every call of the client; it knows which resource is asked. */
type Middleware = (call: { readonly resourceName: string }) => {
  response(next: () => Promise<Answer>): Promise<Answer>;
};

/**
 * Schema ids from a registry with Confluent's API (Apicurio, Confluent, Karapace). It only reads.
 *
 * The registry client does the I/O. It keeps a schema's text to itself and rebuilds resolvers for
 * every message, so the text is taken from its answers and our codec does the rest. The codec keeps
 * what it has asked for: nothing is asked twice while messages flow.
 */
export class RegistrySchemaIds extends SchemaIds {
  readonly #options: { readonly host: string; readonly auth?: Credentials };

  /** `url` with the path of the API, for example `http://127.0.0.1:4181/apis/ccompat/v7`; may hold user and password. */
  constructor(url: string) {
    super();
    const parsed = new URL(url);
    const username = decodeURIComponent(parsed.username);
    const password = decodeURIComponent(parsed.password);
    parsed.username = '';
    parsed.password = '';
    const host = parsed.href.replace(/\/$/, '');
    this.#options = username === '' ? { host } : { host, auth: { username, password } };
  }

  override async idOf(subject: string, schema: string): Promise<number> {
    const registry = new SchemaRegistry({ ...this.#options, retry });
    try {
      const id: unknown = await bounded(
        registry.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema }),
      );
      if (typeof id === 'number') return id;
    } catch (error) {
      if (!isNotFound(error)) throw down(error);
      throw new PermanentFailure(
        'SCHEMA_NOT_REGISTERED',
        `The registry does not hold this schema under ${subject}: provision it first.`,
        { cause: error },
      );
    }
    throw down(undefined);
  }

  override async schemaById(id: number): Promise<string> {
    let text: unknown;
    const keepText: Middleware = ({ resourceName }) => ({
      response: async (next) => {
        const answer = await next();
        if (resourceName === 'Schema')
          text = (answer.data() as { schema?: unknown } | null)?.schema;
        return answer;
      },
    });
    const middlewares = [keepText] as unknown as ClientOptions['middlewares'] & {};
    const registry = new SchemaRegistry({ ...this.#options, retry, middlewares });
    try {
      await bounded(registry.getSchema(id));
    } catch (error) {
      if (isNotFound(error)) {
        throw new PoisonMessage('CODEC_UNKNOWN_SCHEMA', `The registry knows no schema ${id}.`);
      }
      if (typeof text !== 'string') throw down(error);
    }
    if (typeof text !== 'string' || text.length > schemaCharsMax) throw down(undefined);
    return text;
  }
}

type ClientOptions = ConstructorParameters<typeof SchemaRegistry>[0];

type Credentials = ClientOptions['auth'] & {};

/** The client has no time-out of its own. */
async function bounded<T>(asking: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([asking, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The client replaces a 404 of some calls by an error of its own, without the status. */
function isNotFound(error: unknown): boolean {
  const { status, name } = error as { status?: unknown; name?: unknown };
  return status === 404 || name === 'ConfluentSchemaRegistryError';
}

function down(cause: unknown): DependencyDown {
  return new DependencyDown('registry', 'The schema registry does not answer, or not as one.', {
    cause,
  });
}
