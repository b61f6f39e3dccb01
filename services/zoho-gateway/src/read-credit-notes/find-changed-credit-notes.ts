import { deriveId, type Clock } from '@sluice/clock';
import { inTransaction } from '@sluice/postgres';
import { counter } from '@sluice/telemetry';
import type { DataSource } from 'typeorm';
import { readFinanceTime } from '../domain/finance-time.ts';
import { asObject, asObjects, asText, type ZohoObject } from '../domain/zoho-json.ts';
import { errors } from '../errors.ts';
import { ZohoOutcomeUnknown, type ZohoGateway } from '../gateways/zoho.gateway.ts';
import type { BackFillRepository } from '../storage/back-fill.repository.ts';
import type {
  CreditNoteNotice,
  CreditNoteNoticeRepository,
} from '../storage/credit-note-notice.repository.ts';

/** What changes are searched with. */
export interface FindChangedParts {
  readonly dataSource: DataSource;
  readonly gateway: ZohoGateway;
  readonly notices: CreditNoteNoticeRepository;
  readonly progress: BackFillRepository;
  readonly clock: Clock;
  readonly intervalMs: number;
}

const overlapMs = 15 * 60_000;
const pagesMax = 50;

const found = counter('sluice_zoho_credit_notes_polled', 'Changed credit notes the poll has found');

/**
 * Searches for changed credit notes, since Books does not repeat a webhook that was lost.
 *
 * One replica searches at a time. Searches overlap by a quarter of an hour, because a record may
 * appear in the list later than it says it was changed; what is found twice is stored once.
 */
export class FindChangedCreditNotes {
  private readonly parts: FindChangedParts;

  constructor(parts: FindChangedParts) {
    this.parts = parts;
  }

  /** Searches when it is time; returns how many changes nobody had told of in this form. */
  async run(): Promise<number> {
    const { progress, clock, intervalMs, dataSource, notices } = this.parts;
    const startedAt = clock.now();
    const seenUntil = await progress.claim(intervalMs);
    if (seenUntil === undefined) return 0;
    const since = new Date(seenUntil.getTime() - overlapMs);
    const { changed, isComplete } = await this.changedSince(since);
    const added = await inTransaction(dataSource, (tx) => notices.add(tx, changed));
    found.add(added);
    if (!isComplete) throw errors.failure('CREDIT_NOTES_TOO_MANY');
    await progress.advance(startedAt);
    return added;
  }

  private async changedSince(
    since: Date,
  ): Promise<{ readonly changed: readonly CreditNoteNotice[]; readonly isComplete: boolean }> {
    const changed: CreditNoteNotice[] = [];
    for (let page = 1; page <= pagesMax; page += 1) {
      const reply = await this.page(page);
      if (!Array.isArray(reply['creditnotes'])) {
        throw new ZohoOutcomeUnknown('Books answered without the list of credit notes.');
      }
      const records = asObjects(reply['creditnotes']);
      const recent = records.filter((record) => changedAt(record) >= since.getTime());
      changed.push(...recent.flatMap(noticeOf));
      const hasMore = asObject(reply['page_context'])['has_more_page'] === true;
      if (recent.length < records.length || !hasMore) return { changed, isComplete: true };
    }
    return { changed, isComplete: false };
  }

  private page(page: number): Promise<ZohoObject> {
    return this.parts.gateway.call({
      product: 'books',
      method: 'GET',
      path: '/creditnotes',
      query: {
        sort_column: 'last_modified_time',
        sort_order: 'D',
        page: String(page),
        per_page: '200',
      },
    });
  }
}

function changedAt(record: ZohoObject): number {
  const instant = readFinanceTime(asText(record['last_modified_time']) ?? '');
  // A record without a readable time is read rather than passed over.
  return instant?.getTime() ?? Number.MAX_SAFE_INTEGER;
}

function noticeOf(record: ZohoObject): CreditNoteNotice[] {
  const creditNoteId = asText(record['creditnote_id']);
  if (creditNoteId === undefined) return [];
  const lastModified = asText(record['last_modified_time']) ?? '';
  return [
    { noticeKey: deriveId('poll', creditNoteId, lastModified), source: 'poll', creditNoteId },
  ];
}
