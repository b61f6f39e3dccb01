import { connect } from 'node:net';
import { createKafka } from '@sluice/messaging-kafka';
import { Kafka, logLevel } from 'kafkajs';
import { brokersOf, setting } from '../program-settings.ts';

/** `stock`: kafkajs as it is; `product`: with what the product replaces in it. */
export type RawClient = 'stock' | 'product';

/** The client that CLIENT names. Either has Nagle's algorithm off, which kafkajs leaves on: that would flatter us. */
export function rawKafka(clientId: string): Kafka {
  const brokers = brokersOf();
  if (setting('CLIENT') === 'product') return createKafka({ brokers, clientId });
  return new Kafka({
    brokers,
    clientId,
    logLevel: logLevel.ERROR,
    socketFactory: ({ host, port, onConnect }) => {
      const socket = connect({ host, port }, onConnect);
      return socket.setNoDelay(true);
    },
  });
}
