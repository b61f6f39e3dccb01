import { HttpException } from '@nestjs/common';
import { DependencyDown, Failure, TransientFailure, httpStatusOf } from '@sluice/failure';
import { scrubText } from '@sluice/pan-guard';
import { hostErrors } from '../errors.ts';

/** RFC 9457 problem details, with the stable code of the error reference. */
export interface Problem {
  /** `urn:sluice:error:<code>`. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** Further facts, for example the list of faults of a body. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly traceId?: string;
}

/** An answered error, and whether it is our own bug. */
export interface ProblemAnswer {
  readonly problem: Problem;
  readonly isBug: boolean;
  /** For the Retry-After header. */
  readonly retryAfterMs?: number;
}

type HostCode = keyof typeof hostErrors.catalogue;

const codeByFrameworkStatus: ReadonlyMap<number, HostCode> = new Map([
  [400, 'BODY_NOT_READABLE'],
  [401, 'OPS_TOKEN_REFUSED'],
  [404, 'NOT_FOUND'],
  [413, 'BODY_TOO_LARGE'],
  [415, 'MEDIA_TYPE_UNSUPPORTED'],
]);

/** The answer for any thrown value. Card numbers are taken out of its text. */
export function problemOf(error: unknown): ProblemAnswer {
  if (error instanceof Failure) return ofFailure(error);
  if (isMoneyError(error)) return answer(error.code, { status: 422, detail: error.message });
  const status = frameworkStatus(error);
  const code = status === undefined ? undefined : codeByFrameworkStatus.get(status);
  if (status !== undefined && code !== undefined)
    return answer(code, { status, detail: sentence(code) });
  if (status !== undefined && status < 500) {
    const detail = error instanceof Error ? error.message : sentence('REQUEST_INVALID');
    return answer('REQUEST_INVALID', { status, detail });
  }
  return { ...answer('INTERNAL', { status: 500, detail: sentence('INTERNAL') }), isBug: true };
}

function ofFailure(error: Failure): ProblemAnswer {
  const isTransient = error instanceof TransientFailure;
  const status = httpStatusOf(error.code) ?? (isTransient ? 503 : 422);
  const detail = error instanceof DependencyDown ? sentence('DEPENDENCY_DOWN') : error.message;
  const base = answer(error.code, { status, detail, details: error.details });
  const retryAfterMs = isTransient ? (error.retryAfterMs ?? 1_000) : undefined;
  return retryAfterMs === undefined ? base : { ...base, retryAfterMs };
}

interface ProblemFacts {
  readonly status: number;
  readonly detail: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

function answer(code: string, facts: ProblemFacts): ProblemAnswer {
  const { status, detail, details = {} } = facts;
  const problem = {
    type: `urn:sluice:error:${code}`,
    title: titleOf(code),
    status,
    detail: scrubText(detail),
    code,
    ...(Object.keys(details).length === 0 ? {} : { details }),
  };
  return { problem, isBug: false };
}

function titleOf(code: string): string {
  const words = code.toLowerCase().replaceAll('_', ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

function sentence(code: HostCode): string {
  return hostErrors.catalogue[code].sentence;
}

function frameworkStatus(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function isMoneyError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && error.name === 'MoneyError' && 'code' in error;
}
