import type { WireMessage } from './event-record.ts';

/**
 * Sends messages to the broker.
 *
 * A promise that resolves means: all in-sync replicas have every message. One that rejects says
 * nothing about which were written, so the caller sends all again and consumers drop repeats by id.
 * Messages of one key keep the order in which `publish` was called.
 */
export abstract class Publisher {
  /** Resolves when every message is acknowledged; an empty list resolves at once. */
  abstract publish(messages: readonly WireMessage[]): Promise<void>;
  /** Waits for what is being sent, then disconnects. May be called more than once. */
  abstract close(): Promise<void>;
}
