import type { ReplayOptions } from './replay-options.ts';

/** What was published in all. */
export interface ReplayTotal {
  readonly isDryRun: boolean;
  readonly rows: number;
  readonly bytes: number;
  readonly firstSeq: string | null;
  readonly lastSeq: string | null;
  /** Where to go on; null when the whole range was published. */
  readonly nextSeq: string | null;
}

/** The service's refusal, with its code. */
export class ReplayRefused extends Error {
  override readonly name = 'ReplayRefused';
  readonly code: string;
  readonly details: unknown;

  constructor(code: string, detail: string, details: unknown) {
    super(detail);
    this.code = code;
    this.details = details;
  }
}

const rowsOfCallMax = 5_000;
/** A call publishes for so long at most, so that progress is told and no proxy gives up. */
const callSecondsMax = 10;
const rateUsual = 500;
const callTimeoutMs = 180_000;

/** Calls the service until the range or the bound is done; each call goes on where the last one ended. */
export async function runReplay(
  options: ReplayOptions,
  tell: (line: string) => void,
): Promise<ReplayTotal> {
  const rate = Number(options.request['ratePerSecond'] ?? rateUsual);
  const rowsOfCall = Math.min(rowsOfCallMax, rate * callSecondsMax);
  let request = options.request;
  let total: ReplayTotal | undefined;
  for (;;) {
    const left = (options.rowsMax ?? Number.MAX_SAFE_INTEGER) - (total?.rows ?? 0);
    const report = await call(options, { ...request, rowsMax: Math.min(rowsOfCall, left) });
    total = total === undefined ? report : added(total, report);
    if (report.isDryRun) return total;
    tell(`${total.rows} rows published, up to sequence ${total.lastSeq ?? 'none'}`);
    const isBounded = options.rowsMax !== undefined && total.rows >= options.rowsMax;
    if (report.nextSeq === null || isBounded) return total;
    request = { ...request, fromSeq: report.nextSeq };
  }
}

function added(one: ReplayTotal, next: ReplayTotal): ReplayTotal {
  return {
    isDryRun: false,
    rows: one.rows + next.rows,
    bytes: one.bytes + next.bytes,
    firstSeq: one.firstSeq ?? next.firstSeq,
    lastSeq: next.lastSeq ?? one.lastSeq,
    nextSeq: next.nextSeq,
  };
}

async function call(
  { url, opsToken }: ReplayOptions,
  body: Readonly<Record<string, unknown>>,
): Promise<ReplayTotal> {
  const response = await fetch(`${url}/ops/outbox/replays`, {
    method: 'POST',
    headers: { authorization: `Bearer ${opsToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    redirect: 'error',
    signal: AbortSignal.timeout(callTimeoutMs),
  });
  const answer = (await response.json()) as ReplayTotal & {
    readonly code?: string;
    readonly detail?: string;
    readonly details?: unknown;
  };
  if (response.ok) return answer;
  const { code = `HTTP_${response.status}`, detail = 'The service refused', details } = answer;
  throw new ReplayRefused(code, detail, details);
}
