import { ask } from './http.ts';
import { at, type Json } from './json.ts';

/** Everything a twin remembers, by kind. */
export type LedgerKinds = (kind: string) => readonly Json[];

/** The ledgers of all twins at one moment. */
export interface Ledgers {
  readonly shop: LedgerKinds;
  readonly cybersource: LedgerKinds;
  readonly zoho: LedgerKinds;
}

/** A fault at a route of a twin. */
export interface Fault {
  readonly route: string;
  readonly kind: 'delay' | 'status' | 'status_after' | 'reset_before' | 'reset_after' | 'garbage';
  readonly delayMs?: number;
  readonly status?: number;
  readonly body?: unknown;
  readonly times?: number;
}

export type TwinName = 'cybersource' | 'zoho' | 'shop';

/** The control API of the twins. */
export class Twins {
  readonly urls: Readonly<Record<TwinName, string>>;

  constructor(urls: Readonly<Record<TwinName, string>>) {
    this.urls = urls;
  }

  /** Replaces the faults of a twin. */
  async fault(twin: TwinName, faults: readonly Fault[]): Promise<void> {
    await this.control(twin, '/faults', { method: 'PUT', body: faults });
  }

  /** Ends all faults of all twins, those of webhooks included. */
  async calm(): Promise<void> {
    for (const twin of ['cybersource', 'zoho', 'shop'] as const) {
      await this.control(twin, '/faults', { method: 'DELETE' });
    }
  }

  /** Says how webhooks of a twin are delivered from now on. */
  async deliver(twin: 'cybersource' | 'zoho', how: Json): Promise<void> {
    await this.control(twin, '/webhooks', { method: 'PUT', body: how });
  }

  async control(
    twin: TwinName,
    path: string,
    request: Parameters<typeof ask>[1] = {},
  ): Promise<Json> {
    const { status, body } = await ask(`${this.urls[twin]}/_control${path}`, request);
    if (status >= 200 && status < 300) return body;
    throw new Error(`The ${twin} twin answered ${path} with ${status}: ${JSON.stringify(body)}`);
  }

  async ledgers(): Promise<Ledgers> {
    const [shop, cybersource, zoho] = await Promise.all(
      (['shop', 'cybersource', 'zoho'] as const).map((twin) => this.ledger(twin)),
    );
    if (shop === undefined || cybersource === undefined || zoho === undefined) {
      throw new Error('A twin has no ledger.');
    }
    return { shop, cybersource, zoho };
  }

  private async ledger(twin: TwinName): Promise<LedgerKinds> {
    const objects = at(await this.control(twin, '/ledger'), 'objects') as Record<string, Json[]>;
    return (kind) => objects[kind] ?? [];
  }
}
