import { ClientKafka, type KafkaOptions, Transport } from '@nestjs/microservices';
import { brokersOf } from '../program-settings.ts';

export function kafkaOptions(name: string): KafkaOptions {
  return {
    transport: Transport.KAFKA,
    options: {
      client: { clientId: name, brokers: brokersOf() },
      consumer: { groupId: name },
      subscribe: { fromBeginning: true },
    },
  };
}

/** A client that only sends. */
export function kafkaClient(name: string): ClientKafka {
  return new ClientKafka({
    client: { clientId: name, brokers: brokersOf() },
    producerOnlyMode: true,
  });
}
