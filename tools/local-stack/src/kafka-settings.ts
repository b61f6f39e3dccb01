/** Where one broker listens: for clients, and for its fellow controllers. */
export interface KafkaPorts {
  readonly port: number;
  readonly controllerPort: number;
  /** The port that clients and other brokers are told, when something stands in between. @default port */
  readonly advertisedPort?: number;
}

/** In-sync replicas that must have a message before it is acknowledged, of three copies. */
const clusterInsyncMin = 2;

/**
 * The settings file of one broker that is its own controller.
 *
 * Alone it keeps one copy of everything. In a cluster everything has a copy on each broker, a message is acknowledged
 * when two have it, and a dead broker is noticed after three seconds instead of nine.
 */
export function nodeSettings(
  ports: readonly KafkaPorts[],
  node: { readonly index: number; readonly dataFolder: string },
): string {
  const own = ports[node.index] ?? { port: 0, controllerPort: 0 };
  const address = `127.0.0.1:${own.port}`;
  const advertised = `127.0.0.1:${own.advertisedPort ?? own.port}`;
  const copies = ports.length;
  const insyncMin = copies === 1 ? 1 : clusterInsyncMin;
  const voters = ports.map((each, index) => `${index + 1}@127.0.0.1:${each.controllerPort}`);
  return `process.roles=broker,controller
node.id=${node.index + 1}
controller.quorum.voters=${voters.join(',')}
listeners=PLAINTEXT://${address},CONTROLLER://127.0.0.1:${own.controllerPort}
advertised.listeners=PLAINTEXT://${advertised}
controller.listener.names=CONTROLLER
log.dirs=${node.dataFolder.replaceAll('\\', '/')}
auto.create.topics.enable=false
default.replication.factor=${copies}
min.insync.replicas=${insyncMin}
offsets.topic.replication.factor=${copies}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=${copies}
transaction.state.log.min.isr=${insyncMin}
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=${copies}
share.coordinator.state.topic.min.isr=${insyncMin}
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.threads=1
metadata.max.idle.interval.ms=5000
num.network.threads=2
num.io.threads=2
num.replica.fetchers=1
num.recovery.threads.per.data.dir=2
background.threads=2
${copies === 1 ? '' : quickDetection}`;
}

const quickDetection = `broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
replica.lag.time.max.ms=4000
`;
