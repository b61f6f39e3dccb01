import type { FastifyRequest } from 'fastify';
import { queryOf, rawBody } from '../../control/twin-server.ts';
import { isJson, type Json } from '../../json.ts';
import { financeRefusal } from './refusals.ts';

/** The body of a call: raw JSON, or the legacy form field `JSONString` in body or query. */
export function financeBody(request: FastifyRequest): Json {
  const raw = rawBody(request).toString('utf8');
  const isForm = request.headers['content-type']?.includes('x-www-form-urlencoded') === true;
  const form = isForm ? new URLSearchParams(raw).get('JSONString') : null;
  const text = form ?? (isForm || raw === '' ? queryOf(request, 'JSONString') : raw);
  if (text === undefined || text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isJson(value)) return value;
  } catch {
    throw financeRefusal('invalidValue', 'JSONString');
  }
  throw financeRefusal('invalidValue', 'JSONString');
}
