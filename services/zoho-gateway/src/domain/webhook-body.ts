import { readZohoJson, asObject, type ZohoObject } from './zoho-json.ts';

/** A Books webhook, read from any of the three encodings Zoho uses. */
export interface WebhookBody {
  /** Fields of an urlencoded body, decoded; empty otherwise. */
  readonly form: ReadonlyMap<string, string>;
  /** The JSON text of a JSON body as it came; empty for an urlencoded one. */
  readonly rawJson: string;
}

/** The record a webhook tells of: only a hint, the record is read again before anything moves. */
export interface WebhookHint {
  readonly kind: 'creditnote' | 'other';
  /** Books id; undefined when the body names none. */
  readonly recordId: string | undefined;
  /** As Zoho spells it; part of what tells two webhooks apart. */
  readonly lastModified: string;
}

const fieldsMax = 200;

/** Splits the raw bytes by content type; what is not urlencoded counts as JSON. */
export function splitWebhookBody(raw: string, contentType: string): WebhookBody {
  if (!contentType.toLowerCase().startsWith('application/x-www-form-urlencoded')) {
    return { form: new Map(), rawJson: raw };
  }
  return { form: new Map([...new URLSearchParams(raw)].slice(0, fieldsMax)), rawJson: '' };
}

/**
 * Finds the record: in the default payload, in the form field `JSONString`, or in a payload of
 * placeholders that names `creditnote_id` itself.
 *
 * @throws SyntaxError when the body is no JSON object, or neither JSON nor a form.
 */
export function readWebhookHint(body: WebhookBody): WebhookHint {
  const payload = payloadOf(body);
  const record = asObject(payload['creditnote'] ?? payload['credit_note']);
  const found = record['creditnote_id'] === undefined ? payload : record;
  const recordId = idOf(found['creditnote_id']);
  const lastModified = found['last_modified_time'];
  return {
    kind: recordId === undefined ? 'other' : 'creditnote',
    recordId,
    lastModified: typeof lastModified === 'string' ? lastModified.slice(0, 64) : '',
  };
}

function payloadOf(body: WebhookBody): ZohoObject {
  const jsonString = body.form.get('JSONString');
  if (jsonString === undefined && body.form.size > 0) return Object.fromEntries(body.form);
  const value = readZohoJson(jsonString ?? body.rawJson);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SyntaxError('The body is no JSON object');
  }
  return value as ZohoObject;
}

function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^\d{1,25}$/.test(value) ? value : undefined;
}
