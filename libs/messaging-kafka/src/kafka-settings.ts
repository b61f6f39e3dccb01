/** How to reach Kafka. */
export interface KafkaSettings {
  /** `host:port` of some brokers; the others are found. */
  readonly brokers: readonly string[];
  /** Name of this process in the broker's logs. */
  readonly clientId: string;
  /** TLS with the system's authorities. @default false */
  readonly ssl?: boolean;
  /** SCRAM-SHA-512 user; the password is never logged. */
  readonly sasl?: { readonly username: string; readonly password: string };
  /**
   * Longest wait of a fetch for new messages: a long one costs latency after a full pause, a short one idle CPU.
   * After ten seconds without a message and without a paused partition fetches wait three times as long.
   * @default 500
   */
  readonly fetchWaitMsMax?: number;
  /** A consumer that neither fetched nor heart-beat for so long is made anew. @default 60_000 */
  readonly silenceMsMax?: number;
}
