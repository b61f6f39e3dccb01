/** What the backlog program shall do. */
export interface BacklogPlan {
  readonly brokers: readonly string[];
  readonly group: string;
  readonly eventTopic: string;
  readonly megabyteTopic: string;
  readonly events: number;
  readonly megabytes: number;
  /** How long handlers stand still with full buffers. */
  readonly blockedMs: number;
  readonly timeoutMs: number;
}

/** What it says at its end. */
export interface BacklogFigures {
  readonly events: number;
  readonly megabytes: number;
  /** Bytes in memory while handlers stood still, as the consumer counts them. */
  readonly bufferedBytes: number;
  /** Messages that waited while handlers stood still. */
  readonly blockedLag: number;
  readonly seconds: number;
  readonly residentMegabytesMax: number;
}
