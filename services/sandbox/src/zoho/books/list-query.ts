import type { FastifyRequest } from 'fastify';
import { queryOf } from '../../control/twin-server.ts';
import { isJson, scalarText, type Json } from '../../json.ts';
import type { FinanceModule } from './finance-record.ts';

const perPageMax = 200;

/** Answers a list call: filters, order and page of the rows, with the page context. */
export function listAnswer(request: FastifyRequest, module: FinanceModule, rows: Json[]): Json {
  const page = Math.max(1, Number(queryOf(request, 'page') ?? 1) || 1);
  const asked = Number(queryOf(request, 'per_page') ?? perPageMax) || perPageMax;
  const perPage = Math.min(perPageMax, Math.max(1, asked));
  const sortColumn = queryOf(request, 'sort_column') ?? 'created_time';
  const sortOrder = queryOf(request, 'sort_order') ?? 'D';
  const found = rows.filter((row) => fits(request, module, row));
  const sorted = sortOrder === 'A' ? found : found.toReversed();
  if (sortColumn !== 'created_time') {
    sorted.sort((a, b) => compare(a[sortColumn], b[sortColumn]) * (sortOrder === 'A' ? 1 : -1));
  }
  const start = (page - 1) * perPage;
  return {
    code: 0,
    message: 'success',
    [module.plural]: sorted.slice(start, start + perPage),
    page_context: {
      page,
      per_page: perPage,
      has_more_page: start + perPage < sorted.length,
      report_name: module.plural,
      applied_filter: queryOf(request, 'filter_by') ?? 'Status.All',
      custom_fields: [],
      sort_column: sortColumn,
      sort_order: sortOrder,
    },
  };
}

function fits(request: FastifyRequest, module: FinanceModule, row: Json): boolean {
  const hash = row['custom_field_hash'];
  const custom = isJson(hash) ? Object.values(hash).map(scalarText) : [];
  const isFitting = module.filters.every((name) => textFits(request, name, [row[name]]));
  if (!isFitting || !textFits(request, 'custom_field', custom)) return false;
  const query = request.query as Record<string, unknown>;
  const customNames = Object.keys(query).filter((name) => name.startsWith('cf_'));
  for (const name of customNames) {
    const field = name.replace(/_(startswith|contains)$/, '');
    if (!textFits(request, field, [row[field]])) return false;
  }
  const search = queryOf(request, 'search_text')?.toLowerCase();
  if (search !== undefined) {
    const texts = module.filters.map((name) => scalarText(row[name]).toLowerCase());
    if (!texts.some((text) => text.includes(search))) return false;
  }
  const since = queryOf(request, 'last_modified_time');
  if (since !== undefined && module.plural !== 'customerpayments') {
    return Date.parse(String(row['last_modified_time'])) >= Date.parse(since);
  }
  return dateFits(request, scalarText(row['date'])) && statusFits(request, row);
}

function textFits(request: FastifyRequest, name: string, values: readonly unknown[]): boolean {
  const texts = values.map((value) => scalarText(value));
  const exact = queryOf(request, name);
  const start = queryOf(request, `${name}_startswith`);
  const part = queryOf(request, `${name}_contains`);
  if (exact !== undefined && !texts.some((text) => equal(text, exact))) return false;
  if (start !== undefined && !texts.some((text) => text.startsWith(start))) return false;
  return part === undefined || texts.some((text) => text.includes(part));
}

function dateFits(request: FastifyRequest, date: string): boolean {
  const from = queryOf(request, 'date_start') ?? queryOf(request, 'date_after');
  const to = queryOf(request, 'date_end') ?? queryOf(request, 'date_before');
  return (from === undefined || date >= from) && (to === undefined || date <= to);
}

function statusFits(request: FastifyRequest, row: Json): boolean {
  const filter = queryOf(request, 'filter_by')
    ?.replace(/^Status\./, '')
    .toLowerCase();
  if (filter === undefined || filter === 'all') return true;
  return (
    row['status'] === filter || row['status'] === filter.replace('partiallypaid', 'partially_paid')
  );
}

function equal(text: string, wanted: string): boolean {
  return text.toLowerCase() === wanted.toLowerCase();
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return scalarText(a).localeCompare(scalarText(b));
}
