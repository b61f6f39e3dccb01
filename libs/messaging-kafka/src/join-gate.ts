import { AsyncLocalStorage } from 'node:async_hooks';
import { PartitionAssigners } from 'kafkajs';
import type { PartitionAssigner } from 'kafkajs';

interface Coordinated {
  findGroupCoordinator(request: unknown): Promise<unknown>;
}

/**
 * Makes a member wait before it joins its group again, until it has drained.
 *
 * kafkajs joins at once when the group changes; what is in work would then run beside the next owner. It asks
 * for the coordinator first, through a cluster that only assigners are handed, so the question waits here.
 */
export class JoinGate {
  readonly #passing = new AsyncLocalStorage<true>();
  #drained: Promise<void> = Promise.resolve();

  /** The next join waits for this. */
  holdUntil(drained: Promise<void>): void {
    this.#drained = drained.catch(() => undefined);
  }

  /** Runs a request that must not wait: the last commit of the drain itself. */
  pass<T>(request: () => Promise<T>): Promise<T> {
    return this.#passing.run(true, request);
  }

  /** Round robin over the members, with the gate in front of the join. */
  assigner(): PartitionAssigner {
    return (config) => {
      const cluster = config.cluster as unknown as Coordinated;
      const find = cluster.findGroupCoordinator.bind(cluster);
      cluster.findGroupCoordinator = async (request) => {
        if (this.#passing.getStore() === undefined) await this.#drained;
        return find(request);
      };
      return PartitionAssigners.roundRobin(config);
    };
  }
}
