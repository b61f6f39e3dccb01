import { PermanentFailure, PoisonMessage, TransientFailure, type Failure } from './failure.ts';

/** One line of an error catalogue; the reference page lists exactly these. */
export interface ErrorEntry {
  /** What happened and what to do, one sentence. */
  readonly sentence: string;
  /** How a consumer treats it. */
  readonly class: 'transient' | 'permanent' | 'poison';
  /** Status of the HTTP answer when it reaches an HTTP edge. @minimum 400 */
  readonly httpStatus: number;
}

/** Codes of one service or lib with their entries. */
export type ErrorCatalogue = Readonly<Record<string, ErrorEntry>>;

/** What a thrower may add to the catalogue's sentence. */
export interface RaiseOptions {
  /** Replaces the catalogue's sentence with one that names the case. */
  readonly detail?: string;
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A catalogue together with the way to throw from it. */
export interface Errors<C extends ErrorCatalogue> {
  readonly catalogue: C;
  failure(code: keyof C & string, options?: RaiseOptions): Failure;
}

const statusByCode = new Map<string, number>();

/**
 * Declares the errors of a service or lib.
 *
 * Every code is known process-wide afterwards, so that the HTTP edge finds its status.
 * @throws Error when a code is declared twice with different statuses.
 */
export function defineErrors<C extends ErrorCatalogue>(catalogue: C): Errors<C> {
  for (const [code, entry] of Object.entries(catalogue)) {
    const known = statusByCode.get(code);
    if (known !== undefined && known !== entry.httpStatus) {
      throw new Error(`Error code ${code} is declared twice with different statuses`);
    }
    statusByCode.set(code, entry.httpStatus);
  }
  return { catalogue, failure: (code, options) => raise(catalogue, code, options ?? {}) };
}

/** HTTP status of a catalogue code; undefined for codes no catalogue declares. */
export function httpStatusOf(code: string): number | undefined {
  return statusByCode.get(code);
}

function raise(catalogue: ErrorCatalogue, code: string, options: RaiseOptions): Failure {
  const entry = catalogue[code];
  if (entry === undefined) throw new Error(`Error code ${code} stands in no catalogue`);
  const message = options.detail ?? entry.sentence;
  const rest = {
    ...(options.cause === undefined ? {} : { cause: options.cause }),
    ...(options.details === undefined ? {} : { details: options.details }),
  };
  if (entry.class === 'permanent') return new PermanentFailure(code, message, rest);
  if (entry.class === 'poison') return new PoisonMessage(code, message, rest);
  return new TransientFailure(code, message, {
    ...rest,
    ...(options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs }),
  });
}
