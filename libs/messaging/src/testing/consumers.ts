import type { EventCodec } from '@sluice/contracts';
import type { Broker } from '../broker.ts';
import type { ConsumeOptions } from '../consume.decorator.ts';
import { planOf } from '../consume.decorator.ts';
import type { ConsumerLimits } from '../consumer-limits.ts';
import type { Delivery, ReceivedMessage } from '../event-record.ts';
import { EventStrategy } from '../event-strategy.ts';
import type { ParkingStore } from '../parking-store.ts';
import type { Publisher } from '../publisher.ts';

/** A handler without a Nest application: options and function. */
export interface TestHandler {
  readonly options: ConsumeOptions;
  handle(payload: readonly Delivery[] & readonly ReceivedMessage[]): Promise<void> | void;
}

/** Starts handlers on a broker as a Nest application would; close the strategy when done. */
export async function startConsumers(
  setting: {
    readonly broker: Broker;
    readonly publisher: Publisher;
    readonly codec: EventCodec;
    readonly parking?: ParkingStore;
    readonly limits?: Partial<ConsumerLimits>;
  },
  handlers: readonly TestHandler[],
): Promise<EventStrategy> {
  const strategy = new EventStrategy(setting);
  for (const { options, handle } of handlers) {
    const plan = planOf(options);
    const call = async (payload: unknown): Promise<undefined> => {
      await handle(payload as readonly Delivery[] & readonly ReceivedMessage[]);
    };
    strategy.addHandler(plan.topics[0], call as never, true, { plan });
  }
  await new Promise<void>((resolve, reject) => {
    strategy.listen((error) => (error === undefined ? resolve() : reject(error)));
  });
  return strategy;
}
