import type { StormEvidence } from './evidence.ts';
import { zohoRatePerMinute } from './proxies.ts';

const minuteMs = 60_000;
/** Books and Inventory share one budget; CRM and Desk have others. */
const counted = /^\/(?:books|inventory)\//;

/** How long after a fault its answers may still be written down. */
const graceMs = 2_000;
const tooMany = 429;

/** Everything that says that Zoho was asked for more than it allows. */
export function beyondVendorRate(evidence: StormEvidence): string[] {
  return [...fullMinutes(evidence), ...refusals(evidence)];
}

/** Calendar minutes, as Zoho counts them, with more calls than it allows. */
function fullMinutes({ zohoRequests }: StormEvidence): string[] {
  const perMinute = new Map<number, number>();
  for (const { atMs } of zohoRequests.filter(({ path }) => counted.test(path))) {
    const minute = Math.floor(atMs / minuteMs);
    perMinute.set(minute, (perMinute.get(minute) ?? 0) + 1);
  }
  return [...perMinute]
    .filter(([, count]) => count > zohoRatePerMinute)
    .map(([minute, count]) => {
      const at = new Date(minute * minuteMs).toISOString();
      return `rate: Zoho saw ${count} calls in the minute of ${at}, and allows ${zohoRatePerMinute}`;
    });
}

/** Calls that Zoho itself refused for their number, in a minute or at one time; those of a fault do not count. */
function refusals({ zohoRequests, faults }: StormEvidence): string[] {
  const outages = faults.filter(
    ({ kind, target }) => kind === 'third-party-down' && target === 'zoho',
  );
  const own = zohoRequests.filter(
    ({ status, atMs }) =>
      status === tooMany &&
      !outages.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs + graceMs),
  );
  return own.length === 0 ? [] : [`rate: Zoho refused ${own.length} calls as too many`];
}
