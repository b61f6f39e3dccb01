import { createRequire } from 'node:module';

interface Runner {
  readonly running: boolean;
  readonly fetchManager: { getFetchers(): readonly { stop(): Promise<void> }[] };
  fetch: (this: Runner, nodeId: number) => Promise<unknown[]>;
}

let isDone = false;

/**
 * Ends fetchers that kafkajs makes for a consumer after it was stopped.
 *
 * That happens when its brokers change in the moment of the stop, which a storm brings about by and by. Such fetchers ask
 * a stopped consumer for ever without a pause, and the whole process stands still.
 */
export function endStrayFetchers(): void {
  if (isDone) return;
  isDone = true;
  const load = createRequire(import.meta.url);
  const { prototype } = load('kafkajs/src/consumer/runner.js') as { prototype: Runner };
  const fetch = prototype.fetch;
  prototype.fetch = async function (this: Runner, nodeId: number): Promise<unknown[]> {
    if (this.running) return await fetch.call(this, nodeId);
    for (const fetcher of this.fetchManager.getFetchers()) void fetcher.stop();
    return [];
  };
}
