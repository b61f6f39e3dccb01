/** Limits of every consumer group of a process. */
export interface ConsumerLimits {
  /** Most messages in memory of one group; fetching waits there and goes on at half. @default 1_500 */
  readonly recordsMax: number;
  /** Most bytes in memory of one group. @default 33_554_432 */
  readonly bytesMax: number;
  /** How long a fetch waits for room before fetching is paused altogether. @default 500 */
  readonly roomWaitMs: number;
  /** Most messages of a partition past its low water before its fetching pauses. @default 20_000 */
  readonly spanMax: number;
  /** Longest wait before finished offsets are committed. @default 200 */
  readonly commitDelayMs: number;
  /**
   * How long running handlers may take when the group changes or the process stops. Must stay below the broker's
   * session timeout (8 s). @default 5_000
   */
  readonly drainMs: number;
  /** Pause before the first probe of a dependency that is down; doubles each time. @default 500 */
  readonly probeDelayMs: number;
  /** @default 5_000 */
  readonly probeDelayMsMax: number;
  /** How often due parked keys are looked for while some wait. @default 1_000 */
  readonly replayPollMs: number;
  /** How often the broker is asked for the lag of partitions of which nothing is fetched. @default 10_000 */
  readonly backlogPollMs: number;
  /** How long one process may replay a parked key before another may take it. @default 60_000 */
  readonly replayLeaseMs: number;
  /**
   * How long the head of a parked key may go on failing with what is transient before its key waits for an operator.
   * The pauses grow to ten minutes. @default 86_400_000
   */
  readonly parkedRetryMsMax: number;
}

/** The defaults, as documented at each limit. */
export const defaultLimits: ConsumerLimits = {
  recordsMax: 1_500,
  bytesMax: 33_554_432,
  roomWaitMs: 500,
  spanMax: 20_000,
  commitDelayMs: 200,
  drainMs: 5_000,
  probeDelayMs: 500,
  probeDelayMsMax: 5_000,
  replayPollMs: 1_000,
  backlogPollMs: 10_000,
  replayLeaseMs: 60_000,
  parkedRetryMsMax: 86_400_000,
};
