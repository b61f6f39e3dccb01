import { Logger } from '@nestjs/common';
import { localCodec } from '@sluice/contracts/testing';
import type { Delivery, ReceivedMessage } from '@sluice/messaging';
import { KafkaBroker, KafkaPublisher } from '@sluice/messaging-kafka';
import { InMemoryParkingStore, startConsumers, until } from '@sluice/messaging/testing';
import type { BacklogFigures, BacklogPlan } from './backlog-plan.ts';

/**
 * A process that does nothing but work a backlog off: decoded events from one topic, megabytes from another. It first
 * stands for a while with all buffers full, and tells at the end how much memory it has had at most.
 */
Logger.overrideLogger(false);

const plan = JSON.parse(process.env['BACKLOG_PLAN'] ?? '{}') as BacklogPlan;
const kafka = { brokers: plan.brokers, clientId: 'backlog' };
const publisher = new KafkaPublisher({ kafka });
const blocked = Promise.withResolvers<void>();
const seen = { events: 0, megabytes: 0 };
const type = 'sluice.payments.v1.PaymentCaptured';

const strategy = await startConsumers(
  {
    broker: new KafkaBroker(kafka),
    publisher,
    codec: await localCodec(),
    parking: new InMemoryParkingStore(),
  },
  [
    {
      options: {
        topic: plan.eventTopic,
        group: `${plan.group}.events`,
        types: [type],
        batchMax: 200,
      },
      handle: async (deliveries: readonly Delivery[]) => {
        await blocked.promise;
        seen.events += deliveries.length;
      },
    },
    {
      options: { topic: plan.megabyteTopic, group: `${plan.group}.megabytes`, raw: true },
      handle: async (messages: readonly ReceivedMessage[]) => {
        await blocked.promise;
        seen.megabytes += messages.length;
      },
    },
  ],
);
const startedMs = performance.now();
await new Promise((resolve) => setTimeout(resolve, plan.blockedMs));
const bufferedBytes = strategy.describe().reduce((sum, each) => sum + each.bufferedBytes, 0);
const blockedLag = strategy
  .describe()
  .flatMap((each) => each.partitions)
  .reduce((sum, each) => sum + each.lag, 0);
blocked.resolve();
await until(() => seen.events >= plan.events && seen.megabytes >= plan.megabytes, {
  what: 'the whole backlog',
  timeoutMs: plan.timeoutMs,
});
const figures: BacklogFigures = {
  ...seen,
  bufferedBytes,
  blockedLag,
  seconds: (performance.now() - startedMs) / 1000,
  // Kilobytes, the most that was ever resident.
  residentMegabytesMax: Math.round(process.resourceUsage().maxRSS / 1024),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
await strategy.close();
await publisher.close();
