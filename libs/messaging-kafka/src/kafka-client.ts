import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Logger } from '@nestjs/common';
import { Kafka, logLevel } from 'kafkajs';
import type { ISocketFactory, LogEntry } from 'kafkajs';
import { installCodecs } from './compression/install-codecs.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { tameKafkajs } from './tame-kafkajs.ts';

const keepAliveDelayMs = 60_000;

/** Bounds of every request. */
const requestTimeoutMs = 15_000;
const connectionTimeoutMs = 5_000;

/** A kafkajs client with our sockets, bounds and log. Other sockets are for tests, for example through a proxy. */
export function createKafka(
  settings: KafkaSettings,
  socketFactory: ISocketFactory = undelayedSocket,
): Kafka {
  tameKafkajs();
  installCodecs();
  const { brokers, clientId, ssl = false, sasl } = settings;
  return new Kafka({
    brokers: [...brokers],
    clientId,
    ssl,
    ...(sasl === undefined ? {} : { sasl: { mechanism: 'scram-sha-512' as const, ...sasl } }),
    connectionTimeout: connectionTimeoutMs,
    requestTimeout: requestTimeoutMs,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 2_000 },
    socketFactory,
    logLevel: logLevel.WARN,
    logCreator: () => writeLog,
  });
}

/** kafkajs leaves Nagle's algorithm on, which delays small requests by tens of milliseconds. */
const undelayedSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, servername: host, ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveDelayMs);
  return socket;
};

const log = new Logger('kafkajs');

/** What kafkajs says when messages were deleted before this group read them; it tells nobody else. */
const lostMessages = 'Offset out of range, resetting to default offset';

/** Details only: what matters is reported once by our own code, kafkajs repeats it for every attempt. */
function writeLog({ namespace, log: entry }: LogEntry): void {
  if (entry.message !== lostMessages) return log.debug(`${namespace}: ${entry.message}`);
  const { groupId, topic, partition } = entry as Partial<Record<string, unknown>>;
  log.error({
    message:
      'Messages were deleted before they were read: the group goes on at the oldest there is',
    alert: true,
    group: groupId,
    topic,
    partition,
  });
}
