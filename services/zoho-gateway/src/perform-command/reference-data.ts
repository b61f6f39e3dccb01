import type { Clock } from '@sluice/clock';
import { asObjects, asText, type ZohoObject } from '../domain/zoho-json.ts';
import { errors } from '../errors.ts';
import type { ZohoGateway } from '../gateways/zoho.gateway.ts';

interface Loaded {
  readonly atMs: number;
  readonly ids: ReadonlyMap<string, string>;
}

/** A list of Books that hardly changes: how to ask for it and what to remember. */
interface ListSource {
  readonly path: string;
  readonly listKey: string;
  readonly nameKey: string;
  readonly idKey: string;
}

const currencies: ListSource = {
  path: '/settings/currencies',
  listKey: 'currencies',
  nameKey: 'currency_code',
  idKey: 'currency_id',
};

const accounts: ListSource = {
  path: '/bankaccounts',
  listKey: 'bankaccounts',
  nameKey: 'account_name',
  idKey: 'account_id',
};

const keptMs = 60 * 60_000;
const retriedAfterMs = 10_000;
const pagesMax = 10;

/** Ids that Books wants where people name things: currencies and the clearing accounts. */
export class ReferenceData {
  private readonly gateway: ZohoGateway;
  private readonly clock: Clock;
  private readonly accountName: string;
  private readonly loaded = new Map<ListSource, Promise<Loaded>>();

  /** @param accountName name of a clearing account; `{currency}` stands for the ISO code. */
  constructor(gateway: ZohoGateway, clock: Clock, accountName: string) {
    this.gateway = gateway;
    this.clock = clock;
    this.accountName = accountName;
  }

  /** Books id of a currency. Throws `CURRENCY_MISSING`. */
  async currencyId(currency: string): Promise<string> {
    const id = await this.find(currencies, currency);
    if (id !== undefined) return id;
    throw errors.failure('CURRENCY_MISSING', {
      detail: `Currency ${currency} is not set up in Books; add it there.`,
    });
  }

  /** Books id of the clearing account of a currency. Throws `CLEARING_ACCOUNT_MISSING`. */
  async clearingAccountId(currency: string): Promise<string> {
    const name = this.accountName.replace('{currency}', currency);
    const id = await this.find(accounts, name);
    if (id !== undefined) return id;
    throw errors.failure('CLEARING_ACCOUNT_MISSING', {
      detail: `Books has no bank account named "${name}"; create it or change its setting.`,
    });
  }

  private async find(source: ListSource, name: string): Promise<string | undefined> {
    const kept = await this.list(source, keptMs);
    const id = kept.ids.get(name);
    if (id !== undefined) return id;
    // Somebody may have added it since; asked again, but not for every command that misses it.
    return (await this.list(source, retriedAfterMs)).ids.get(name);
  }

  private async list(source: ListSource, ageMsMax: number): Promise<Loaded> {
    const kept = this.loaded.get(source);
    if (kept !== undefined) {
      const loaded = await kept;
      if (this.clock.monotonicMs() - loaded.atMs < ageMsMax) return loaded;
    }
    const loading = this.load(source);
    this.loaded.set(source, loading);
    try {
      return await loading;
    } catch (error) {
      if (this.loaded.get(source) === loading) this.loaded.delete(source);
      throw error;
    }
  }

  private async load(source: ListSource): Promise<Loaded> {
    const ids = new Map<string, string>();
    for (let page = 1; page <= pagesMax; page += 1) {
      const reply = await this.gateway.call({
        product: 'books',
        method: 'GET',
        path: source.path,
        query: { page: String(page), per_page: '200' },
      });
      for (const record of asObjects(reply[source.listKey])) {
        const [name, id] = [asText(record[source.nameKey]), asText(record[source.idKey])];
        if (name !== undefined && id !== undefined) ids.set(name, id);
      }
      if (!hasMore(reply)) break;
    }
    return { atMs: this.clock.monotonicMs(), ids };
  }
}

function hasMore(reply: ZohoObject): boolean {
  const context = reply['page_context'];
  return (
    typeof context === 'object' &&
    context !== null &&
    !Array.isArray(context) &&
    (context as ZohoObject)['has_more_page'] === true
  );
}
