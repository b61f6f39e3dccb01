import { asObject, asObjects, asText, readZohoJson, type ZohoObject } from './zoho-json.ts';

/** The four APIs of Zoho that the gateway speaks to. */
export type ZohoProduct = 'books' | 'inventory' | 'crm' | 'desk';

/** What came back over the wire. */
export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/**
 * What a reply means.
 *
 * `not-executed` is proof that Zoho did nothing; `unknown` is everything that proves neither.
 */
export type Verdict =
  | { readonly kind: 'success'; readonly body: ZohoObject }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'unauthorised' }
  | { readonly kind: 'not-executed'; readonly why: ThrottleCause; readonly retryAfterMs: number }
  | { readonly kind: 'unknown'; readonly why: string };

/** Why Zoho turned a call away without looking at it. */
export type ThrottleCause = 'per-minute' | 'per-day' | 'concurrency' | 'other';

const requestTimeout = 408;
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const messageCharactersMax = 500;

/** 429 codes of the finance APIs; the wait of the day's limit comes from the reset header. */
const financeThrottles: Readonly<Record<string, { why: ThrottleCause; retryAfterMs: number }>> = {
  '44': { why: 'per-minute', retryAfterMs: minuteMs },
  '45': { why: 'per-day', retryAfterMs: minuteMs },
  '1070': { why: 'concurrency', retryAfterMs: 1500 },
};

const deskThrottles: Readonly<Record<string, { why: ThrottleCause; retryAfterMs: number }>> = {
  THRESHOLD_EXCEEDED: { why: 'per-day', retryAfterMs: minuteMs },
  TOO_MANY_REQUESTS: { why: 'concurrency', retryAfterMs: 1500 },
};

/** Codes that mean "the token is not valid" though the status is no 401. */
const invalidTokenCodes = new Set(['14', '57', 'INVALID_TOKEN', 'INVALID_OAUTH']);

/** Decides what a reply proves. */
export function judge(product: ZohoProduct, reply: RawReply): Verdict {
  if (reply.status === 429) return judgeThrottle(product, reply);
  if (reply.status >= 500 || reply.status === requestTimeout) {
    return { kind: 'unknown', why: `Zoho answered ${reply.status}` };
  }
  if (reply.status === 204) return { kind: 'success', body: {} };
  const body = parse(reply.text);
  if (reply.status === 401) return judgeUnauthorised(product, body);
  if (reply.status >= 300 && reply.status < 400) {
    return { kind: 'unknown', why: `Zoho answered with a redirect (${reply.status})` };
  }
  if (body === undefined) return judgeGarbage(reply.status);
  if (product === 'desk') return judgeDesk(reply.status, body);
  // Books and Inventory never leave the code out; without it the answer proves no absence either.
  if (product !== 'crm' && reply.status < 400 && asText(body['code']) === undefined) {
    return { kind: 'unknown', why: `Zoho answered ${reply.status} without its code` };
  }
  return judgeEnvelope(reply.status, body);
}

function judgeUnauthorised(product: ZohoProduct, body: ZohoObject | undefined): Verdict {
  const code = body === undefined ? undefined : asText(body['code']);
  if (product === 'crm' && code === 'OAUTH_SCOPE_MISMATCH') {
    return refused(code, body === undefined ? undefined : asText(body['message']));
  }
  return { kind: 'unauthorised' };
}

function judgeGarbage(status: number): Verdict {
  if (status >= 400) return refused(String(status), `Zoho answered ${status} without a reason`);
  return { kind: 'unknown', why: `Zoho answered ${status} with something that is no JSON object` };
}

function judgeThrottle(product: ZohoProduct, reply: RawReply): Verdict {
  const body = parse(reply.text) ?? {};
  const code = asText(product === 'desk' ? body['errorCode'] : body['code']) ?? '';
  const table = product === 'desk' ? deskThrottles : financeThrottles;
  const known = table[code] ?? { why: 'other' as const, retryAfterMs: 5000 };
  const retryAfterMs = secondsHeader(reply, 'retry-after') ?? resetMs(known.why, reply);
  return { kind: 'not-executed', why: known.why, retryAfterMs: retryAfterMs ?? known.retryAfterMs };
}

function resetMs(why: ThrottleCause, reply: RawReply): number | undefined {
  return why === 'per-day' ? secondsHeader(reply, 'x-rate-limit-reset') : undefined;
}

function secondsHeader(reply: RawReply, name: string): number | undefined {
  const text = reply.headers[name];
  if (text === undefined || !/^\d{1,6}$/.test(text)) return undefined;
  return Math.min(Number(text) * 1000, dayMs);
}

/** Books, Inventory and CRM: `{code, message, …}`; CRM puts one result per record into `data`. */
function judgeEnvelope(status: number, body: ZohoObject): Verdict {
  const code = asText(body['code']);
  if (code !== undefined && invalidTokenCodes.has(code)) return { kind: 'unauthorised' };
  if (status >= 400 || (code !== undefined && code !== '0' && code !== 'SUCCESS')) {
    const failed = asObjects(body['data'])[0] ?? body;
    return refused(asText(failed['code']) ?? String(status), explain(failed));
  }
  const failed = asObjects(body['data']).find((record) => record['status'] === 'error');
  if (failed !== undefined) return refused(asText(failed['code']) ?? 'error', explain(failed));
  return { kind: 'success', body };
}

function judgeDesk(status: number, body: ZohoObject): Verdict {
  const code = asText(body['errorCode']);
  if (code !== undefined && invalidTokenCodes.has(code)) return { kind: 'unauthorised' };
  if (status < 400) return { kind: 'success', body };
  const fields = asObjects(body['errors']).map(
    (error) => `${asText(error['fieldName']) ?? ''} ${asText(error['errorType']) ?? ''}`,
  );
  const message = [asText(body['message']) ?? '', ...fields]
    .filter((part) => part !== '')
    .join('; ');
  return refused(code ?? String(status), message);
}

function explain(failed: ZohoObject): string {
  const message = asText(failed['message']) ?? '';
  const field = asText(asObject(failed['details'])['api_name']);
  return field === undefined ? message : `${message} (field ${field})`;
}

function refused(code: string, message: string | undefined): Verdict {
  return { kind: 'refused', code, message: (message ?? '').slice(0, messageCharactersMax) };
}

function parse(text: string): ZohoObject | undefined {
  try {
    const value = readZohoJson(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as ZohoObject) : undefined;
  } catch {
    return undefined;
  }
}
