/** What may travel with a failure besides its sentence. */
export interface FailureOptions {
  /** The error this one translates; always kept. */
  readonly cause?: unknown;
  /** Facts for the operator; never a secret and never a card number. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Options of a failure that may pass later. */
export interface TransientOptions extends FailureOptions {
  /** Wait at least this long before the next attempt. @minimum 0 */
  readonly retryAfterMs?: number;
}

/**
 * Base of every failure that Sluice understands.
 *
 * The code is stable and stands in the error reference; the message is one sentence for people.
 */
export abstract class Failure extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** May pass later: the consumer backs off with jitter, bounded. */
export class TransientFailure extends Failure {
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, options: TransientOptions = {}) {
    super(code, message, options);
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * Something every message needs (database, registry, broker) is down.
 *
 * The consumer pauses and resumes by itself; the message is never dead-lettered for it.
 */
export class DependencyDown extends TransientFailure {
  readonly dependency: string;

  constructor(dependency: string, message: string, options: TransientOptions = {}) {
    super('DEPENDENCY_DOWN', message, options);
    this.dependency = dependency;
  }
}

/** Understood, and it will never pass: no retry. */
export class PermanentFailure extends Failure {}

/** The bytes cannot be decoded, or their schema does not exist: dead letter with the raw bytes. */
export class PoisonMessage extends Failure {}
