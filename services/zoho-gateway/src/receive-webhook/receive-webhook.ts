import { createHash } from 'node:crypto';
import { deriveId } from '@sluice/clock';
import { PermanentFailure } from '@sluice/failure';
import { refuseCardNumbers } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
import type { CardNumberRefusals } from '@sluice/service-host';
import { counter } from '@sluice/telemetry';
import type { DataSource } from 'typeorm';
import {
  readWebhookHint,
  splitWebhookBody,
  type WebhookBody,
  type WebhookHint,
} from '../domain/webhook-body.ts';
import { hasValidSignature } from '../domain/webhook-signature.ts';
import { readZohoJson } from '../domain/zoho-json.ts';
import { errors } from '../errors.ts';
import type { CreditNoteNoticeRepository } from '../storage/credit-note-notice.repository.ts';

/** A webhook as it came over the wire. */
export interface IncomingWebhook {
  readonly raw: Buffer;
  readonly contentType: string;
  /** Empty when the webhook carries none. */
  readonly signature: string;
  readonly query: ReadonlyMap<string, string>;
}

/** What webhooks are taken with. */
export interface ReceiveWebhookParts {
  readonly dataSource: DataSource;
  readonly notices: CreditNoteNoticeRepository;
  readonly refusals: CardNumberRefusals;
  /** Secret of the webhooks. */
  readonly secret: string;
}

const door = '/webhooks/zoho/books';

const signaturesRefused = counter(
  'sluice_signatures_refused',
  'Requests refused for their signature, by door and reason.',
);
const unreadable = counter('sluice_zoho_webhooks_unreadable', 'Webhooks that could not be read');
const taken = counter('sluice_zoho_webhooks_taken', 'Webhooks that were taken, by what they were');

/**
 * Takes webhooks of Books: proves, stores, and leaves the work to the job.
 *
 * Of the body nothing is stored but its fingerprint and the id of the record, which is read again.
 * The same webhook twice is stored once.
 */
export class ReceiveWebhook {
  private readonly parts: ReceiveWebhookParts;

  constructor(parts: ReceiveWebhookParts) {
    this.parts = parts;
  }

  async receive(webhook: IncomingWebhook): Promise<void> {
    const body = splitWebhookBody(webhook.raw.toString('utf8'), webhook.contentType);
    this.prove(body, webhook);
    const hint = readHint(body);
    await this.refuseCards(body, webhook.raw);
    if (hint.recordId === undefined) return taken.add(1, { kind: 'other' });
    const isNew = await this.store(hint, hint.recordId, webhook.raw);
    taken.add(1, { kind: isNew ? 'creditnote' : 'duplicate' });
  }

  private prove(body: WebhookBody, { signature, query }: IncomingWebhook): void {
    const { secret } = this.parts;
    if (signature !== '' && hasValidSignature(body, query, { signature, secret })) return;
    const reason = signature === '' ? 'SIGNATURE_MISSING' : 'SIGNATURE_FORGED';
    signaturesRefused.add(1, { door: 'webhook', reason });
    throw errors.failure('WEBHOOK_SIGNATURE_INVALID');
  }

  /** Ids of Books look like card numbers, so a field that is named as an id is left out. */
  private async refuseCards(body: WebhookBody, raw: Buffer): Promise<void> {
    const content =
      body.rawJson === '' ? Object.fromEntries(body.form) : readZohoJson(body.rawJson);
    try {
      refuseCardNumbers(content);
    } catch (error) {
      if (!(error instanceof PermanentFailure)) throw error;
      const paths = error.details['paths'] as readonly string[];
      const { refusals, secret: hashKey } = this.parts;
      await refusals.refuse({ door, paths, hashed: raw, hashKey });
    }
  }

  private async store(hint: WebhookHint, creditNoteId: string, raw: Buffer): Promise<boolean> {
    const { dataSource, notices } = this.parts;
    const bodyHash = createHash('sha256').update(raw).digest('hex');
    const noticeKey = deriveId('webhook', bodyHash, creditNoteId, hint.lastModified);
    const notice = { noticeKey, source: 'webhook' as const, creditNoteId };
    return await inTransaction(dataSource, async (tx) => {
      const isNew = (await notices.add(tx, [notice])) === 1;
      // Two changes of a record look the same when the body names no time.
      if (!isNew && hint.lastModified === '') await notices.reopen(tx, notice);
      return isNew;
    });
  }
}

function readHint(body: WebhookBody): WebhookHint {
  try {
    return readWebhookHint(body);
  } catch (cause) {
    unreadable.add(1);
    throw errors.failure('WEBHOOK_UNREADABLE', { cause });
  }
}
