import { customFieldOf } from '../domain/credit-note.ts';
import {
  asObject,
  asObjects,
  asText,
  readZohoJson,
  writeZohoJson,
  type ZohoObject,
} from '../domain/zoho-json.ts';
import { ZohoGateway, ZohoRefused, type ZohoRequest } from './zoho.gateway.ts';

type Row = Record<string, unknown>;

/** What the fake answers, or does, before the call goes through. */
export interface NextFailure {
  readonly error: Error;
  /** Whether the call takes effect before it fails. */
  readonly isTaken: boolean;
  /** Fails the first call whose path ends so. */
  readonly pathEnd?: string;
  /** Fails only the write with this unique value. */
  readonly upsertBy?: string;
}

interface Module {
  readonly path: string;
  readonly key: string;
  readonly idKey: string;
}

const financeModules: readonly Module[] = [
  { path: '/contacts', key: 'contact', idKey: 'contact_id' },
  { path: '/items', key: 'item', idKey: 'item_id' },
  { path: '/salesorders', key: 'salesorder', idKey: 'salesorder_id' },
  { path: '/invoices', key: 'invoice', idKey: 'invoice_id' },
  { path: '/customerpayments', key: 'payment', idKey: 'payment_id' },
  { path: '/creditnotes', key: 'creditnote', idKey: 'creditnote_id' },
];

/**
 * A Zoho in memory: enough of the four APIs for the functions, without money rules.
 *
 * Bodies go through JSON both ways, so what is not JSON fails here as well.
 */
export class FakeZohoGateway extends ZohoGateway {
  readonly uniqueField = 'cf_sluice_key';
  readonly calls: ZohoRequest[] = [];
  /** Consumed by the first call it fits. */
  nextFailure: NextFailure | undefined;
  /** As if somebody had relaxed the rules of the organisation. */
  acceptsAnyEmail = false;
  /** As Zoho does on some lists: filters are ignored, and everything is listed. */
  ignoresFilters = false;
  /** What Books writes instead of what was asked for. */
  writesInstead: Row = {};
  /** What every call is answered with instead; nothing is done then. */
  answersInstead: Row | undefined;
  private readonly tables = new Map<string, Row[]>();
  private idCount = 1_180_000_000_000_100_000n;

  override async call(request: ZohoRequest): Promise<ZohoObject> {
    this.calls.push(request);
    const failure = this.takeFailure(request);
    if (failure?.isTaken === false) throw failure.error;
    const body = request.body === undefined ? {} : (JSON.parse(writeZohoJson(request.body)) as Row);
    const written = Object.assign(body, request.method === 'GET' ? {} : this.writesInstead);
    const reply = this.answersInstead ?? this.answer(request, written);
    const answer = readZohoJson(JSON.stringify(reply));
    if (failure !== undefined) throw failure.error;
    return asObject(answer);
  }

  /** Rows of a table, oldest first: `/invoices`, `Contacts`, `tickets` … */
  rows(table: string): Row[] {
    const rows = this.tables.get(table) ?? [];
    this.tables.set(table, rows);
    return rows;
  }

  private takeFailure(request: ZohoRequest): NextFailure | undefined {
    const failure = this.nextFailure;
    if (failure?.pathEnd !== undefined && !request.path.endsWith(failure.pathEnd)) return undefined;
    if (failure?.upsertBy !== undefined && request.upsertBy !== failure.upsertBy) return undefined;
    this.nextFailure = undefined;
    return failure;
  }

  private answer(request: ZohoRequest, body: Row): Row {
    if (request.product === 'crm') return this.crm(request, body);
    if (request.product === 'desk') return this.desk(request, body);
    const [, first = '', id, action] = request.path.split('/');
    if (first === 'settings') return { currencies: currencies() };
    if (first === 'bankaccounts') return { bankaccounts: accounts() };
    const module = financeModules.find(({ path }) => path === `/${first}`);
    if (module === undefined) throw new ZohoRefused(request, '5', 'Invalid URL Passed');
    if (id === undefined) return this.list(request, module, body);
    const row = this.rows(module.path).find((one) => one[module.idKey] === id);
    if (row === undefined) throw new ZohoRefused(request, '1002', `${module.key} does not exist.`);
    if (action === undefined) return { [module.key]: row };
    if (action === 'status') return this.setStatus(row, request);
    return this.child(request, { table: request.path, body, kind: action });
  }

  private list(request: ZohoRequest, module: Module, body: Row): Row {
    const rows = this.rows(module.path);
    if (request.method === 'PUT') return { [module.key]: this.upsert(request, module, body) };
    const filters = Object.entries(request.query ?? {}).filter(([name]) => !isPaging(name));
    const found = rows.filter(
      (row) =>
        this.ignoresFilters ||
        filters.every(([name, value]) => (row[name] ?? fieldOf(row, name)) === value),
    );
    return { [module.path.slice(1)]: found, page_context: { has_more_page: false } };
  }

  private upsert(request: ZohoRequest, module: Module, body: Row): Row {
    const rows = this.rows(module.path);
    const email = asObjects(body['contact_persons'] as never)[0]?.['email'];
    if (typeof email === 'string' && !email.includes('@') && !this.acceptsAnyEmail) {
      throw new ZohoRefused(request, '15', 'Please enter a valid email address.');
    }
    const existing = rows.find((row) => fieldOf(row, this.uniqueField) === request.upsertBy);
    const taken = rows.some(
      (row) =>
        row !== existing &&
        row['contact_name'] !== undefined &&
        row['contact_name'] === body['contact_name'],
    );
    if (taken) throw new ZohoRefused(request, '3062', 'The customer exists already.');
    if (existing !== undefined) return Object.assign(existing, body);
    const row = { ...this.defaults(module, body), ...body, ...request.query };
    rows.push(row);
    return row;
  }

  private defaults(module: Module, body: Row): Row {
    const total = lineTotal(body);
    return {
      [module.idKey]: this.newId(),
      [`${module.key}_number`]: `${module.key.slice(0, 2).toUpperCase()}-${this.idCount}`,
      currency_code: currencies().find((one) => one.currency_id === body['currency_id'])
        ?.currency_code,
      status: 'draft',
      total,
      balance: total,
      last_modified_time: '2026-03-01T10:00:00+0000',
    };
  }

  private setStatus(row: Row, request: ZohoRequest): Row {
    row['status'] = request.path.split('/').at(-1);
    return { message: 'Status has been changed.' };
  }

  private child(
    request: ZohoRequest,
    made: { readonly table: string; readonly body: Row; readonly kind: string },
  ): Row {
    const rows = this.rows(made.table);
    const single = made.kind === 'refunds' ? 'creditnote_refund' : 'comment';
    if (request.method === 'GET') return { [`${single}s`]: rows };
    const row = { [`${single}_id`]: this.newId(), ...made.body };
    rows.push(row);
    return { [single]: row };
  }

  private crm(request: ZohoRequest, body: Row): Row {
    const [, moduleName = '', action, child] = request.path.split('/');
    if (action === 'search') {
      const email = request.query?.['email'];
      const data = this.rows(moduleName).filter((row) => row['Email'] === email);
      return data.length === 0 ? {} : { data };
    }
    const table = child === undefined ? moduleName : `${action}/${child}`;
    if (request.method === 'GET') return { data: this.rows(table) };
    const record = ((body['data'] as Row[] | undefined) ?? [])[0] ?? {};
    const checkField = ((body['duplicate_check_fields'] as string[] | undefined) ?? [])[0];
    const existing =
      checkField === undefined
        ? undefined
        : this.rows(table).find((row) => row[checkField] === record[checkField]);
    const row = existing ?? { id: this.newId() };
    Object.assign(row, record);
    if (existing === undefined) this.rows(table).push(row);
    return { data: [{ code: 'SUCCESS', status: 'success', details: { id: row['id'] } }] };
  }

  private desk(request: ZohoRequest, body: Row): Row {
    const rows = this.rows('tickets');
    if (request.method === 'POST') {
      const row: Row = { id: this.newId(), ticketNumber: String(rows.length + 101), ...body };
      rows.push(row);
      return row;
    }
    const [field = '', value] = (request.query?.['customField1'] ?? '').split(':');
    const data = rows.filter(
      (row) => this.ignoresFilters || asObject(row['cf'] as never)[field] === value,
    );
    return data.length === 0 ? {} : { data };
  }

  private newId(): string {
    this.idCount += 1n;
    return this.idCount.toString();
  }
}

function fieldOf(row: Row, name: string): string | undefined {
  return customFieldOf(row as ZohoObject, name);
}

function isPaging(name: string): boolean {
  return ['page', 'per_page', 'sort_column', 'sort_order'].includes(name);
}

function lineTotal(body: Row): number {
  const lines = (body['line_items'] as Row[] | undefined) ?? [];
  const sum = lines.reduce(
    (total, line) => total + cents(line['rate']) * Number(line['quantity']),
    0,
  );
  return (sum + cents(body['shipping_charge'])) / 1000;
}

function cents(value: unknown): number {
  return Math.round(Number(asText(value as never) ?? value ?? 0) * 1000);
}

function currencies(): { currency_code: string; currency_id: string }[] {
  return ['EUR', 'JPY', 'KWD'].map((currency_code, index) => ({
    currency_code,
    currency_id: `118000000000000010${index}`,
  }));
}

function accounts(): Row[] {
  return currencies().map(({ currency_code }, index) => ({
    account_name: `Cybersource Clearing ${currency_code}`,
    account_id: `118000000000000051${index}`,
  }));
}
