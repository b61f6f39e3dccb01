import { createHash } from 'node:crypto';
import { deriveId } from '@sluice/clock';
import { refuseCardNumbers } from '@sluice/messaging';
import { inTransaction } from '@sluice/postgres';
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
  readonly signature: string | undefined;
  readonly query: ReadonlyMap<string, string>;
}

const refused = counter('sluice_zoho_webhooks_refused', 'Webhooks that were refused, by reason');
const taken = counter('sluice_zoho_webhooks_taken', 'Webhooks that were taken, by what they were');

/**
 * Takes webhooks of Books: proves, stores, and leaves the work to the job.
 *
 * Of the body nothing is stored but its fingerprint and the id of the record, which is read again.
 * The same webhook twice is stored once.
 */
export class ReceiveWebhook {
  private readonly dataSource: DataSource;
  private readonly notices: CreditNoteNoticeRepository;
  private readonly secret: string;

  constructor(dataSource: DataSource, notices: CreditNoteNoticeRepository, secret: string) {
    this.dataSource = dataSource;
    this.notices = notices;
    this.secret = secret;
  }

  async receive(webhook: IncomingWebhook): Promise<void> {
    const body = splitWebhookBody(webhook.raw.toString('utf8'), webhook.contentType);
    this.prove(body, webhook);
    const hint = readHint(body);
    refuseCards(body);
    if (hint.recordId === undefined) return taken.add(1, { kind: 'other' });
    const isNew = await this.store(hint, hint.recordId, webhook.raw);
    taken.add(1, { kind: isNew ? 'creditnote' : 'duplicate' });
  }

  private prove(body: WebhookBody, { signature, query }: IncomingWebhook): void {
    const secret = this.secret;
    if (signature !== undefined && hasValidSignature(body, query, { signature, secret })) return;
    refused.add(1, { reason: signature === undefined ? 'unsigned' : 'forged' });
    throw errors.failure('WEBHOOK_SIGNATURE_INVALID');
  }

  private async store(hint: WebhookHint, creditNoteId: string, raw: Buffer): Promise<boolean> {
    const bodyHash = createHash('sha256').update(raw).digest('hex');
    const noticeKey = deriveId('webhook', bodyHash, creditNoteId, hint.lastModified);
    const notice = { noticeKey, source: 'webhook' as const, creditNoteId };
    return await inTransaction(this.dataSource, async (tx) => {
      const isNew = (await this.notices.add(tx, [notice])) === 1;
      // Two changes of a record look the same when the body names no time.
      if (!isNew && hint.lastModified === '') await this.notices.reopen(tx, notice);
      return isNew;
    });
  }
}

function readHint(body: WebhookBody): WebhookHint {
  try {
    return readWebhookHint(body);
  } catch (cause) {
    refused.add(1, { reason: 'unreadable' });
    throw errors.failure('WEBHOOK_UNREADABLE', { cause });
  }
}

function refuseCards(body: WebhookBody): void {
  try {
    refuseCardNumbers(
      body.rawJson === '' ? Object.fromEntries(body.form) : readZohoJson(body.rawJson),
    );
  } catch (error) {
    refused.add(1, { reason: 'card-number' });
    throw error;
  }
}
