import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { provisionDatabase } from './provision-database.ts';
import { provisionSchemas } from './provision-schemas.ts';
import { provisionTopics } from './provision-topics.ts';
import { parseTopicCatalogue, readTopicCatalogue } from './topic-catalogue.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
    kafkaBrokers: string;
    schemaRegistryUrl: string;
  }
}

const schemaFolder = join(import.meta.dirname, '../../../schemas');
const kafkaBrokers = inject('kafkaBrokers');
const schemaRegistryUrl = inject('schemaRegistryUrl');
const databaseUrl = inject('databaseUrl');
const run = randomUUID().slice(0, 8);

function catalogueOf(topic: string, more = ''): ReturnType<typeof parseTopicCatalogue> {
  return parseTopicCatalogue(`
defaults: {partitions: 2, retentionDays: 7, deadLetterRetentionDays: 30}
topics:
  ${topic}: {kind: canonical, key: id, records: [a.v1.Happened], groups: [g.h]${more}}
`);
}

const schemas = mkdtempSync(join(tmpdir(), 'sluice-schemas-'));

afterAll(() => rmSync(schemas, { recursive: true, force: true }));

function folderWith(fields: readonly unknown[]): string {
  const folder = mkdtempSync(join(schemas, 'revision-'));
  mkdirSync(join(folder, 'a/v1'), { recursive: true });
  const schema = { type: 'record', name: 'Happened', namespace: 'a.v1', fields };
  writeFileSync(join(folder, 'a/v1/happened.avsc'), JSON.stringify(schema));
  return folder;
}

const id = { name: 'id', type: 'string' };

describe('provisionTopics', () => {
  it('creates a topic with its dead letters once', async () => {
    const catalogue = catalogueOf(`created-${run}.v1`);

    const first = await provisionTopics({ kafkaBrokers, catalogue });
    const second = await provisionTopics({ kafkaBrokers, catalogue });

    expect(first.created).toEqual([`created-${run}.v1`, `created-${run}.v1.g.h.dlt`]);
    expect(second).toEqual({ created: [], unchanged: first.created });
  });

  it('sets how many copies must have a message, on new topics and on old ones', async () => {
    const topic = `insync-${run}.v1`;
    const catalogue = catalogueOf(topic);
    const insyncMin = async (): Promise<string | undefined> => {
      const admin = new kafkajs.Kafka({
        clientId: 'test',
        brokers: kafkaBrokers.split(','),
      }).admin();
      await admin.connect();
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
      });
      await admin.disconnect();
      const entries = resources[0]?.configEntries ?? [];
      return entries.find(({ configName }) => configName === 'min.insync.replicas')?.configValue;
    };

    await provisionTopics({ kafkaBrokers, catalogue, insyncReplicasMin: 2 });
    expect(await insyncMin()).toBe('2');

    await provisionTopics({ kafkaBrokers, catalogue, insyncReplicasMin: 1 });
    expect(await insyncMin()).toBe('1');
  });

  it('lets a dead letter be larger than what fits its own topic', async () => {
    const topic = `large-${run}.v1`;
    await provisionTopics({ kafkaBrokers, catalogue: catalogueOf(topic) });
    const kafka = new kafkajs.Kafka({ clientId: 'test', brokers: kafkaBrokers.split(',') });
    const producer = kafka.producer();
    await producer.connect();

    const value = Buffer.alloc(1_500_000);
    const sent = producer.send({ topic: `${topic}.g.h.dlt`, messages: [{ value }] });

    await expect(sent).resolves.toMatchObject([{ errorCode: 0 }]);
    await producer.disconnect();
  });

  it('refuses to change the number of partitions, naming the topic', async () => {
    await provisionTopics({ kafkaBrokers, catalogue: catalogueOf(`parts-${run}.v1`) });

    const changed = catalogueOf(`parts-${run}.v1`, ', partitions: 3');

    await expect(provisionTopics({ kafkaBrokers, catalogue: changed })).rejects.toThrow(
      `parts-${run}.v1 has 2 partitions instead of 3`,
    );
  });
});

describe('provisionSchemas', () => {
  it('registers every schema of this repository, the same id each time', async () => {
    const catalogue = readTopicCatalogue(join(schemaFolder, 'topics.yaml'));
    const options = { schemaRegistryUrl, catalogue, schemaFolder };

    const first = await provisionSchemas(options);
    const second = await provisionSchemas(options);

    expect(Object.keys(first)).toHaveLength(
      catalogue.topics.flatMap((each) => each.records).length,
    );
    expect(second).toEqual(first);
  });

  it('holds canonical events to full compatibility', async () => {
    const catalogue = catalogueOf(`full-${run}.v1`);
    const options = { schemaRegistryUrl, catalogue };
    await provisionSchemas({ ...options, schemaFolder: folderWith([id]) });
    const withDefault = folderWith([id, { name: 'note', type: 'string', default: '' }]);
    await provisionSchemas({ ...options, schemaFolder: withDefault });

    const withoutDefault = folderWith([id, { name: 'amount', type: 'long' }]);

    await expect(provisionSchemas({ ...options, schemaFolder: withoutDefault })).rejects.toThrow(
      `The schema of full-${run}.v1-a.v1.Happened could not be registered: 409`,
    );
  });
});

describe('provisionDatabase', () => {
  it('gives a service a schema of its own that others cannot read', async () => {
    const names = [`first-${run}`, `second-${run}`];
    const services = names.map((serviceName) => ({ serviceName, password: `pw-${serviceName}` }));
    await provisionDatabase({ databaseUrl, services });
    const first = await connectAs(`first_${run}`, `pw-first-${run}`);
    const second = await connectAs(`second_${run}`, `pw-second-${run}`);

    await first.query('create table kept (id int)');
    const found = await first.query('select current_schema() as name');

    expect(found.rows).toEqual([{ name: `first_${run}` }]);
    await expect(second.query(`select * from first_${run}.kept`)).rejects.toThrow(
      'permission denied',
    );
    await Promise.all([first.end(), second.end()]);
  });

  it('can be repeated and then sets passwords anew', async () => {
    const serviceName = `again-${run}`;
    await provisionDatabase({ databaseUrl, services: [{ serviceName, password: 'old' }] });

    await provisionDatabase({ databaseUrl, services: [{ serviceName, password: 'new' }] });

    const client = await connectAs(`again_${run}`, 'new');
    await client.end();
    await expect(connectAs(`again_${run}`, 'old')).rejects.toThrow('password authentication');
  });
});

async function connectAs(user: string, password: string): Promise<pg.Client> {
  const url = new URL(databaseUrl);
  url.username = user;
  url.password = password;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}
