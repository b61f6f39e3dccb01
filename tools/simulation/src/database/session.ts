import type { Actor } from '../world/actor.ts';
import type { Backend } from './backend.ts';
import type { Statement } from './statement.ts';

/** A simulated connection: the real one that it has been lent, and how it stands. */
export class Session {
  readonly actor: Actor;
  readonly emit: (event: string, ...values: unknown[]) => void;
  backend: Backend | undefined;
  isInTransaction = false;
  isBroken = false;
  isListening = false;
  lastUsedMs = 0;
  /** A statement that waits for a lock: how it goes on, and how it ends without a result. */
  waiting:
    | {
        readonly statement: Statement;
        readonly finish: () => Promise<void>;
        readonly fail: (error: Error) => void;
      }
    | undefined;
  /** Statements of one connection run one after the other. */
  tail: Promise<unknown> = Promise.resolve();

  constructor(actor: Actor, emit: (event: string, ...values: unknown[]) => void) {
    this.actor = actor;
    this.emit = emit;
  }
}

/** What the driver says when its connection is lost. */
export function connectionLost(): Error {
  return new Error('Connection terminated unexpectedly');
}

/** What the driver says when nobody listens on the server's port. */
export function connectionRefused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), {
    code: 'ECONNREFUSED',
    syscall: 'connect',
  });
}

/** An error as the server sends it. */
export function serverError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
