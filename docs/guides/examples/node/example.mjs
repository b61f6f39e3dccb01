// Prints every event of one topic as a JSON line. Stop it with Ctrl-C.
//   KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… node example.mjs payments.v1 reports.node-example
// Packages: kafkajs 2.2.4, @kafkajs/confluent-schema-registry 4.1.0
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka, logLevel } from 'kafkajs';

const [topic, groupId] = process.argv.slice(2);
const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: host } = process.env;
if (!topic || !groupId || !brokers || !host) {
  console.error('Usage: KAFKA_BROKERS=… SCHEMA_REGISTRY_URL=… node example.mjs TOPIC GROUP');
  process.exit(2);
}

// Only for show: it forgets at a restart. Keep the ids where you keep your results, in one transaction.
const seenIds = new Set();
const seenIdsMax = 100_000;

const registry = new SchemaRegistry({ host });
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId });
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => consumer.disconnect().then(() => process.exit(0)));
}
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
// The offset is committed after the function ends: a crash before that brings the event again.
await consumer.run({
  eachMessage: async ({ message }) => {
    const header = (name) => message.headers?.[name]?.toString();
    const id = header('ce_id');
    if (seenIds.has(id)) return console.error(`repeat of ${id} dropped`);
    // Fetches the schema that the value names, once per schema, and decodes by it.
    const data = await registry.decode(message.value);
    console.log(
      JSON.stringify({
        id,
        type: header('ce_type'),
        key: message.key?.toString(),
        version: header('ce_version') ?? null,
        data,
      }),
    );
    seenIds.add(id);
    if (seenIds.size > seenIdsMax) seenIds.delete(seenIds.values().next().value);
  },
});
