import { Logger } from '@nestjs/common';
import type { Clock } from '@sluice/clock';
import type { EventCodec } from '@sluice/contracts';
import { classify, DependencyDown } from '@sluice/failure';
import { Assignment } from './assignment.ts';
import { BacklogWatch } from './backlog-watch.ts';
import type {
  Broker,
  BrokerConsumer,
  BrokerListener,
  FetchedBatch,
  TopicPartition,
} from './broker.ts';
import type { ConsumerLimits } from './consumer-limits.ts';
import { ConsumerMetrics } from './consumer-metrics.ts';
import { FailureHandling, placeOf } from './failure-handling.ts';
import { causeOf, verdictInPlace } from './failure-policy.ts';
import { figuresOf } from './group-status.ts';
import type { GroupStatus } from './group-status.ts';
import { callHandler } from './handler-call.ts';
import { Intake } from './intake.ts';
import { KeyedScheduler } from './keyed-scheduler.ts';
import type { Outage } from './outage.ts';
import { OutageGate } from './outage-gate.ts';
import { ParkedKeyReplay } from './parked-key-replay.ts';
import type { ParkingStore } from './parking-store.ts';
import type { Publisher } from './publisher.ts';
import { pause } from './retry-delay.ts';
import { RoutingTable } from './route.ts';
import type { Route } from './route.ts';
import type { AdmittedMessage, WorkItem } from './work-item.ts';

/** A commit that failed is tried again after so many times the usual wait. */
const failedCommitFactor = 5;

/** What a consumer group works with. */
export interface ConsumerGroupOptions {
  readonly group: string;
  readonly routes: readonly Route[];
  readonly broker: Broker;
  readonly publisher: Publisher;
  readonly codec: EventCodec;
  readonly parking: ParkingStore | undefined;
  readonly clock: Clock;
  readonly limits: ConsumerLimits;
}

/**
 * One consumer group of this process: pump, keyed scheduler, failure policy, handlers, low-water commits.
 *
 * The broker hands messages over and is never blocked. A message is done when its handler has resolved, it was passed
 * over, it is parked, or its dead letter is acknowledged; only then may its offset be committed.
 */
export class ConsumerGroup implements BrokerListener {
  readonly #options: ConsumerGroupOptions;
  readonly #routing: RoutingTable;
  readonly #consumer: BrokerConsumer;
  readonly #scheduler: KeyedScheduler<WorkItem>;
  readonly #gate: OutageGate;
  readonly #failures: FailureHandling;
  readonly #metrics: ConsumerMetrics;
  readonly #intake: Intake;
  readonly #replay: ParkedKeyReplay | undefined;
  readonly #parkedKeys = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #log: Logger;
  readonly #assignment: Assignment;
  readonly #backlog: BacklogWatch;
  #isDraining = false;
  #isClosing = false;
  #isSettled = false;
  #commitTimer: NodeJS.Timeout | undefined;

  constructor(options: ConsumerGroupOptions) {
    const { group, routes, broker, limits, clock, parking } = options;
    this.#options = options;
    this.#log = new Logger(`Consumer ${group}`);
    this.#routing = new RoutingTable(group, routes);
    this.#metrics = new ConsumerMetrics(group);
    this.#failures = new FailureHandling({ ...options, metrics: this.#metrics });
    this.#scheduler = new KeyedScheduler((items) => this.#run(items));
    const { signal } = this.#stopping;
    this.#gate = new OutageGate(
      { limits, nowMs: () => clock.now().getTime(), stopping: signal },
      {
        standStill: (outage) => this.#standStill(outage),
        probe: () => this.#isSettled && this.#scheduler.runOne(),
        goOn: (outage) => this.#goOn(outage),
      },
    );
    this.#intake = new Intake({
      routing: this.#routing,
      codec: options.codec,
      gate: this.#gate,
      failures: this.#failures,
      metrics: this.#metrics,
      enqueue: (item) => this.#scheduler.enqueue(item),
      done: (admitted) => this.#done(admitted),
    });
    const shared = { metrics: this.#metrics, failures: this.#failures, stopping: signal };
    this.#replay =
      parking === undefined
        ? undefined
        : new ParkedKeyReplay(
            { ...options, ...shared, parking, routing: this.#routing },
            this.#parkedKeys,
          );
    const { topics } = this.#routing;
    this.#consumer = broker.createConsumer({ group, topics, listener: this });
    this.#assignment = new Assignment(this.#consumer, limits);
    this.#backlog = new BacklogWatch(this.#assignment, limits.backlogPollMs);
    this.#metrics.observe(() => figuresOf(this.status()));
  }

  /** Joins the group. */
  async start(): Promise<void> {
    await this.#consumer.start();
    this.#replay?.start();
  }

  /** Starts nothing new, waits for what runs, commits, and leaves the group. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#backlog.stop();
    const replayed = this.#replay?.close();
    await Promise.all([this.#drain(), replayed]);
    this.#stopping.abort();
    clearTimeout(this.#commitTimer);
    this.#forget();
    await this.#consumer.stop();
    this.#metrics.close();
  }

  assigned(partitions: readonly TopicPartition[]): void {
    this.#scheduler.hold();
    this.#forget(this.#isClosing ? [] : partitions);
    this.#isDraining = this.#isClosing;
    this.#backlog.askSoon();
    void this.#settle(this.#assignment.generation);
  }

  async revoked(): Promise<void> {
    await this.#drain();
    this.#forget();
  }

  received(batch: FetchedBatch): Promise<void> {
    const admitted = this.#assignment.take(batch, this.#options.clock.now().getTime());
    const partition = admitted[0]?.partition;
    if (partition === undefined) return Promise.resolve();
    partition.intake = partition.intake.then(() => this.#intake.admitAll(admitted));
    return this.#assignment.room();
  }

  /** What can be seen from outside. */
  status(): GroupStatus {
    const nowMs = this.#options.clock.now().getTime();
    const { outage } = this.#gate;
    const broker = this.#consumer.state();
    return {
      group: this.#options.group,
      topics: this.#routing.topics,
      isReady: broker.isJoined && this.#isSettled && outage === undefined,
      trouble: outage === undefined ? broker.trouble : `${outage.dependency} is down`,
      isStandingStill: outage !== undefined,
      isOverBudget: this.#assignment.isOverBudget,
      bufferedRecords: this.#assignment.records,
      bufferedBytes: this.#assignment.bytes,
      donePerSecond: this.#assignment.throughput.perSecond(),
      parkedKeys: this.#parkedKeys.size,
      parking: this.#replay?.figures,
      nowMs,
      partitions: this.#assignment.status(nowMs),
    };
  }

  /** Nothing runs before it is known which keys wait. */
  async #settle(generation: object): Promise<void> {
    const isWanted = (): boolean => this.#assignment.generation === generation;
    const { parking, group } = this.#options;
    if (parking !== undefined) {
      const loaded = await this.#gate.insist(isWanted, () => parking.parkedKeys(group));
      if (loaded === undefined) return;
      this.#parkedKeys.clear();
      for (const key of loaded.value) this.#learnParked(key);
    }
    if (!isWanted() || this.#isDraining) return;
    this.#isSettled = true;
    if (this.#gate.outage === undefined) this.#scheduler.release();
  }

  async #run(items: readonly WorkItem[]): Promise<void> {
    const outage = this.#gate.outage;
    const runnable: WorkItem[] = [];
    for (const item of items) {
      if (!item.admitted.partition.isCurrent) this.#scheduler.finish(item);
      else if (!(await this.#appendBehind(item))) runnable.push(item);
    }
    const [first] = runnable;
    if (first === undefined) return;
    const { clock, group } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      await callHandler(runnable, group);
    } catch (error) {
      await this.#failed(runnable, error);
      if (!(error instanceof DependencyDown)) this.#gate.end(outage);
      return;
    }
    this.#gate.end(outage);
    this.#metrics.handled(first.message.topic, runnable.length, clock.monotonicMs() - startedMs);
    for (const item of runnable) this.#finish(item);
  }

  /** True when the item needs no handler any more: it waits behind its parked key, or is not wanted. */
  async #appendBehind(item: WorkItem): Promise<boolean> {
    const { parking, group } = this.#options;
    if (parking === undefined || !this.#parkedKeys.has(item.laneKey)) return false;
    const { partition } = item.admitted;
    const appended = await this.#gate.insist(
      () => partition.isCurrent,
      () => parking.appendBehind(group, item.laneKey, item.message),
    );
    if (appended === undefined) {
      this.#scheduler.finish(item);
      return true;
    }
    if (!appended.value) {
      this.#parkedKeys.delete(item.laneKey);
      return false;
    }
    this.#metrics.parked(item.message.topic);
    this.#finish(item);
    return true;
  }

  async #failed(items: readonly WorkItem[], error: unknown): Promise<void> {
    if (classify(error) === 'dependency-down') {
      this.#gate.begin(error);
      for (const item of items) this.#scheduler.again(item, 0);
      return;
    }
    const [item] = items;
    if (item === undefined) return;
    if (items.length > 1) {
      const { code, message } = causeOf(error);
      const count = items.length;
      this.#log.warn({ message: `Batch of ${count} failed, taken singly: ${code} ${message}` });
      for (const single of items) this.#scheduler.again(single, 0);
      return;
    }
    item.attempts += 1;
    this.#logFailure(item, error);
    if (!item.admitted.partition.isCurrent) return this.#scheduler.finish(item);
    await this.#giveVerdict(item, error);
  }

  async #giveVerdict(item: WorkItem, error: unknown): Promise<void> {
    const { message, attempts, route } = item;
    const verdict = verdictInPlace(error, attempts, route.plan);
    if (verdict.kind === 'retry') {
      this.#metrics.retried(message.topic);
      return this.#scheduler.again(item, verdict.delayMs);
    }
    const given = { message, attempts, error };
    const ended = await this.#gate.insist(
      () => item.admitted.partition.isCurrent,
      async () => {
        if (verdict.kind === 'park') await this.#failures.park(given, verdict.delayMs);
        else if (verdict.kind === 'quarantine') {
          await this.#failures.quarantine(given, route.plan.raw);
        } else await this.#failures.deadLetter(given);
      },
    );
    if (ended === undefined) return this.#scheduler.finish(item);
    if (verdict.kind !== 'dead-letter') this.#learnParked(item.laneKey);
    this.#finish(item);
  }

  #learnParked(key: string): void {
    this.#parkedKeys.add(key);
    this.#replay?.wake();
  }

  #logFailure(item: WorkItem, error: unknown): void {
    const { code, failureClass, message } = causeOf(error);
    const line = {
      message: `Attempt ${item.attempts} failed, ${failureClass} ${code}: ${message}`,
      ...placeOf(item.message),
      ...(failureClass === 'bug' && error instanceof Error ? { stack: error.stack } : {}),
    };
    if (failureClass === 'bug') this.#log.error(line);
    else this.#log.warn(line);
  }

  #finish(item: WorkItem): void {
    this.#done(item.admitted);
    this.#scheduler.finish(item);
  }

  #done(admitted: AdmittedMessage): void {
    if (this.#assignment.done(admitted)) this.#planCommit(this.#options.limits.commitDelayMs);
  }

  #planCommit(delayMs: number): void {
    if (this.#commitTimer !== undefined || this.#stopping.signal.aborted) return;
    this.#commitTimer = setTimeout(() => {
      this.#commitTimer = undefined;
      void this.#commit();
    }, delayMs);
  }

  async #commit(): Promise<void> {
    try {
      await this.#assignment.commit();
    } catch (error) {
      this.#log.warn({ message: 'Offsets were not committed', reason: causeOf(error).message });
      // The group is changing or the coordinator moved; perhaps nothing more comes that would commit them.
      this.#planCommit(this.#options.limits.commitDelayMs * failedCommitFactor);
    }
  }

  async #drain(): Promise<void> {
    this.#isDraining = true;
    this.#isSettled = false;
    this.#scheduler.hold();
    this.#scheduler.dropWaiting();
    const timeout = new AbortController();
    await Promise.race([
      this.#scheduler.idle(),
      pause(this.#options.limits.drainMs, timeout.signal),
    ]);
    timeout.abort();
    await this.#commit();
  }

  /** From here on results of the old assignment count for nothing. */
  #forget(next: readonly TopicPartition[] = []): void {
    this.#assignment.replace(next);
    this.#scheduler.dropWaiting();
    this.#isSettled = false;
  }

  #standStill({ dependency, reason }: Outage): void {
    this.#log.warn({ message: `Standing still: ${dependency} is down`, reason });
    this.#scheduler.hold();
    this.#assignment.standStill();
  }

  #goOn({ dependency }: Outage): void {
    this.#log.log({ message: `Going on: ${dependency} answers again` });
    if (this.#isSettled && !this.#isDraining) this.#scheduler.release();
    this.#assignment.goOn();
  }
}
