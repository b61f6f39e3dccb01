import { Injectable } from '@nestjs/common';
import { Jobs } from '@sluice/service-host';
import { ZohoGatewaySettings } from '../config.ts';
import { FindChangedCreditNotes } from './find-changed-credit-notes.ts';
import { ReadCreditNotes } from './read-credit-notes.ts';

const checkMsMin = 1000;
const checkMsMax = 10_000;
/** A search comes at most by this part of its pause late. */
const checksPerSearch = 20;

/** Keeps credit notes moving: what webhooks told, and what they did not. */
@Injectable()
export class CreditNoteJobs {
  constructor(
    jobs: Jobs,
    settings: ZohoGatewaySettings,
    reading: ReadCreditNotes,
    finding: FindChangedCreditNotes,
  ) {
    const wake = jobs.every({
      name: 'read-credit-notes',
      intervalMs: settings.webhookPollMs,
      run: async () => void (await reading.run()),
      isIdle: () => reading.isIdle(),
    });
    reading.onWaiting(wake);
    jobs.every({
      name: 'find-changed-credit-notes',
      intervalMs: checkMsOf(settings.zohoBackfillMs),
      run: async () => void (await finding.run()),
    });
  }
}

function checkMsOf(backfillMs: number): number {
  return Math.min(Math.max(backfillMs / checksPerSearch, checkMsMin), checkMsMax);
}
