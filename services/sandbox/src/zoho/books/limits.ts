import { financeRefusal } from './refusals.ts';

const minuteMs = 60_000;

/** How many calls an organisation may make. */
export interface FinanceLimitSettings {
  perMinute: number;
  perDay: number;
  concurrent: number;
}

/** Counts the calls of the organisation: Books and Inventory share one pool. */
export class FinanceLimits {
  readonly settings: FinanceLimitSettings;
  private readonly now: () => Date;
  private inProcess = 0;
  private minute = { window: -1, count: 0 };
  private day = { window: '', count: 0 };

  constructor(settings: FinanceLimitSettings, now: () => Date) {
    this.settings = settings;
    this.now = now;
  }

  /** Lets a call in or refuses it; the returned function is to be run when it has ended. */
  enter(): () => void {
    const now = this.now();
    const window = Math.floor(now.getTime() / minuteMs);
    if (this.minute.window !== window) this.minute = { window, count: 0 };
    const today = now.toISOString().slice(0, 10);
    if (this.day.window !== today) this.day = { window: today, count: 0 };
    if (this.day.count >= this.settings.perDay) {
      throw financeRefusal('perDay', String(this.settings.perDay));
    }
    if (this.minute.count >= this.settings.perMinute) throw financeRefusal('perMinute');
    if (this.inProcess >= this.settings.concurrent) throw financeRefusal('concurrent');
    this.minute.count += 1;
    this.day.count += 1;
    this.inProcess += 1;
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.inProcess -= 1;
    };
  }

  /** The undocumented headers every reply carries: about the day, not the minute. */
  headers(): Record<string, string> {
    const now = this.now();
    const midnight = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1);
    return {
      'x-rate-limit-limit': String(this.settings.perDay),
      'x-rate-limit-remaining': String(Math.max(0, this.settings.perDay - this.day.count)),
      'x-rate-limit-reset': String(Math.ceil((midnight - now.getTime()) / 1000)),
    };
  }

  /** Starts counting anew. */
  reset(): void {
    this.minute.count = 0;
    this.day.count = 0;
  }
}
