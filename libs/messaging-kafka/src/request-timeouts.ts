/** A request that waits for its answer. */
interface SentRequest {
  readonly sentAt: number;
  readonly requestTimeout: number;
  timeoutRequest(): void;
}

/** What is used of a connection's request queue in kafkajs. */
export interface TimedQueue {
  readonly enforceRequestTimeout: boolean;
  readonly inflight: ReadonlyMap<number, SentRequest>;
  requestTimeoutIntervalId?: NodeJS.Timeout | undefined;
  destroy(this: TimedQueue): void;
  scheduleRequestTimeoutCheck: (this: TimedQueue) => void;
  sendSocketRequest: (this: TimedQueue, request: SentRequest) => void;
}

/**
 * Lets a connection look for requests without an answer when the first of them is due.
 *
 * kafkajs looks ten times a second on every connection, also when nothing is under way: with one connection or two
 * for each group this is most of what an idle process does.
 */
export function timeOutWhenDue(prototype: TimedQueue): void {
  const dueAtMs = new WeakMap<TimedQueue, number>();
  const send = prototype.sendSocketRequest;

  const lookAt = (queue: TimedQueue, atMs: number): void => {
    clearTimeout(queue.requestTimeoutIntervalId);
    dueAtMs.set(queue, atMs);
    const delayMs = Math.max(1, atMs - Date.now());
    queue.requestTimeoutIntervalId = setTimeout(() => look(queue), delayMs);
  };

  const look = (queue: TimedQueue): void => {
    dueAtMs.delete(queue);
    for (const request of queue.inflight.values()) {
      if (Date.now() >= dueOf(request)) request.timeoutRequest();
    }
    const nextMs = Math.min(...[...queue.inflight.values()].map(dueOf));
    if (Number.isFinite(nextMs)) lookAt(queue, nextMs);
  };

  prototype.scheduleRequestTimeoutCheck = function (this: TimedQueue): void {
    this.destroy();
    dueAtMs.delete(this);
    if (this.enforceRequestTimeout && this.inflight.size > 0) look(this);
  };

  prototype.sendSocketRequest = function (this: TimedQueue, request: SentRequest): void {
    send.call(this, request);
    if (!this.enforceRequestTimeout) return;
    const atMs = dueOf(request);
    if (atMs < (dueAtMs.get(this) ?? Infinity)) lookAt(this, atMs);
  };
}

function dueOf({ sentAt, requestTimeout }: SentRequest): number {
  return sentAt + requestTimeout;
}
