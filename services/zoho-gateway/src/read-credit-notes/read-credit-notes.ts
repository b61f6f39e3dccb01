import { Injectable } from '@nestjs/common';
import { Clock, deriveId } from '@sluice/clock';
import { PermanentFailure, TransientFailure } from '@sluice/failure';
import type { EventRecord } from '@sluice/messaging';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import { counter } from '@sluice/telemetry';
import { DataSource } from 'typeorm';
import { ZohoGatewaySettings } from '../config.ts';
import {
  decideCreditNote,
  type CreditNoteDecision,
  type MarkedCreditNote,
} from '../domain/credit-note.ts';
import { readFinanceTime } from '../domain/finance-time.ts';
import { asObject, asText, type ZohoObject } from '../domain/zoho-json.ts';
import { ZohoGateway, ZohoOutcomeUnknown } from '../gateways/zoho.gateway.ts';
import {
  CreditNoteNoticeRepository,
  type ClaimedNotice,
} from '../storage/credit-note-notice.repository.ts';

const noticesPerRunMax = 10;
const leaseMs = 60_000;
const waitMsMax = 5 * 60_000;
const attemptsMax = 200;

const ended = counter('sluice_zoho_credit_notes', 'Changed credit notes, by how they ended');

/**
 * Reads changed credit notes again and asks for the refund of those that are marked for it.
 *
 * A webhook only hints: what counts is what Books holds now. A credit note is asked for once, ever,
 * however often it is changed afterwards.
 */
@Injectable()
export class ReadCreditNotes {
  constructor(
    private readonly dataSource: DataSource,
    private readonly gateway: ZohoGateway,
    private readonly notices: CreditNoteNoticeRepository,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly settings: ZohoGatewaySettings,
  ) {}

  /** Works on the notices that are due; returns how many there were. */
  async run(): Promise<number> {
    const { notices, dataSource } = this;
    const claimed = await notices.claimDue(dataSource, { limit: noticesPerRunMax, leaseMs });
    await Promise.all(claimed.map((notice) => this.readOne(notice)));
    return claimed.length;
  }

  /** True when no notice waits, not even for a later try. */
  async isIdle(): Promise<boolean> {
    return !(await this.notices.hasWaiting(this.dataSource));
  }

  /** Calls back when this process has stored a notice. */
  onWaiting(listener: () => void): void {
    this.notices.onWaiting(listener);
  }

  private async readOne(notice: ClaimedNotice): Promise<void> {
    try {
      await this.conclude(notice, await this.decide(notice.creditNoteId));
    } catch (error) {
      await this.give(notice, error);
    }
  }

  private async decide(creditNoteId: string): Promise<CreditNoteDecision> {
    const note = await this.read('creditnote', `/creditnotes/${encodeURIComponent(creditNoteId)}`);
    const decision = decideCreditNote(note);
    if (decision.kind !== 'needs-invoice') return decision;
    const path = `/invoices/${encodeURIComponent(decision.invoiceId)}`;
    return decideCreditNote(note, await this.read('invoice', path));
  }

  private async read(key: 'creditnote' | 'invoice', path: string): Promise<ZohoObject> {
    const reply = await this.gateway.call({ product: 'books', method: 'GET', path });
    const record = asObject(reply[key]);
    // An answer without the record says nothing about it, above all not that it is unmarked.
    if (asText(record[`${key}_id`]) !== undefined) return record;
    throw new ZohoOutcomeUnknown(`Books answered ${path} without the record.`);
  }

  private async conclude(notice: ClaimedNotice, decision: CreditNoteDecision): Promise<void> {
    const { notices, dataSource, outbox } = this;
    const state = await inTransaction(dataSource, async (tx) => {
      if (decision.kind !== 'marked') {
        const detail = decision.kind === 'ignored' ? decision.why : '';
        await notices.end(tx, notice, { state: 'ignored', detail });
        return 'ignored';
      }
      if (!(await notices.reserveRefund(tx, decision.refund.creditNoteId))) {
        await notices.end(tx, notice, { state: 'ignored', detail: 'Asked for before.' });
        return 'ignored';
      }
      await outbox.append(tx, [this.eventOf(decision.refund)]);
      await notices.end(tx, notice, { state: 'published', detail: '' });
      return 'published';
    });
    ended.add(1, { state, source: notice.source });
  }

  private async give(notice: ClaimedNotice, error: unknown): Promise<void> {
    const { notices, dataSource } = this;
    const detail = error instanceof Error ? error.message.slice(0, 500) : 'unknown';
    if (error instanceof PermanentFailure || notice.attempts >= attemptsMax) {
      await inTransaction(dataSource, (tx) => notices.end(tx, notice, { state: 'failed', detail }));
      ended.add(1, { state: 'failed', source: notice.source });
      return;
    }
    const askedMs = error instanceof TransientFailure ? (error.retryAfterMs ?? 0) : 0;
    const forMs = Math.min(Math.max(askedMs, 500 * 2 ** Math.min(notice.attempts, 10)), waitMsMax);
    await notices.postpone(dataSource, notice, { forMs, detail });
    if (!(error instanceof TransientFailure)) throw error;
  }

  private eventOf(
    refund: MarkedCreditNote,
  ): EventRecord<'sluice.zoho.v1.CreditNoteMarkedForRefund'> {
    const { clock } = this;
    const { tenant } = this.settings;
    const { lastModified, ...data } = refund;
    const changedAt = readFinanceTime(lastModified);
    const markedAt =
      changedAt === undefined ? clock.nowMicros() : BigInt(changedAt.getTime()) * 1000n;
    return {
      id: deriveId('credit-note-marked', tenant, refund.creditNoteId),
      type: 'sluice.zoho.v1.CreditNoteMarkedForRefund',
      source: 'zoho-gateway',
      tenant,
      key: refund.paymentId,
      subject: refund.creditNoteId,
      time: markedAt,
      correlationId: refund.orderId,
      data: { ...data, markedAt },
    };
  }
}
