import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { provisionDatabase } from './provision-database.ts';
import { provisionSchemas } from './provision-schemas.ts';
import { provisionTopics } from './provision-topics.ts';
import { readTopicCatalogue } from './topic-catalogue.ts';

const help = `Creates what services expect to find: topics, event schemas, database roles. Safe to repeat.

  node tools/provision/src/provision.ts [options]

  --kafka BROKERS       create the topics of topics.yaml there
  --registry URL        register every event schema there
  --schemas FOLDER      the folder of schemas and topics.yaml  [schemas]
  --replication N       copies of every partition              [1]
  --min-insync N        copies that must have a message before it is acknowledged; 2 of 3 copies
                        bear the loss of a broker              [as the brokers have it]
  --services A,B        give these services database roles and schemas of their own
  --secrets FOLDER      the folder with their passwords, in files named database-<service>
  --help                show this text

  DATABASE_URL          the database, as a user who may create roles and schemas
`;

const { values } = parseArgs({
  options: {
    kafka: { type: 'string' },
    registry: { type: 'string' },
    schemas: {
      type: 'string',
      default: fileURLToPath(new URL('../../../schemas', import.meta.url)),
    },
    replication: { type: 'string', default: '1' },
    'min-insync': { type: 'string' },
    services: { type: 'string' },
    secrets: { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help === true) {
  process.stdout.write(help);
} else {
  try {
    const reports = await Promise.all([topics(), schemas(), database()]);
    process.stdout.write(reports.map((line) => `${line}\n`).join(''));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function topics(): Promise<string> {
  if (values.kafka === undefined) return 'Topics: not asked for (--kafka).';
  const insync = values['min-insync'];
  const { created, unchanged } = await provisionTopics({
    kafkaBrokers: values.kafka,
    catalogue: readTopicCatalogue(join(values.schemas, 'topics.yaml')),
    replicationFactor: Number(values.replication),
    ...(insync === undefined ? {} : { insyncReplicasMin: Number(insync) }),
  });
  return `Topics: ${created.length} created, ${unchanged.length} there already.`;
}

async function schemas(): Promise<string> {
  if (values.registry === undefined) return 'Event schemas: not asked for (--registry).';
  const ids = await provisionSchemas({
    schemaRegistryUrl: values.registry,
    catalogue: readTopicCatalogue(join(values.schemas, 'topics.yaml')),
    schemaFolder: values.schemas,
  });
  return `Event schemas: ${Object.keys(ids).length} registered.`;
}

async function database(): Promise<string> {
  const { services, secrets } = values;
  const databaseUrl = process.env['DATABASE_URL'];
  if (services === undefined) return 'Database roles: not asked for (--services).';
  if (secrets === undefined || databaseUrl === undefined) {
    throw new Error('--services needs --secrets and the environment variable DATABASE_URL.');
  }
  const wanted = services.split(',').filter((name) => name !== '');
  await provisionDatabase({
    databaseUrl,
    services: wanted.map((serviceName) => ({
      serviceName,
      password: readFileSync(join(secrets, `database-${serviceName}`), 'utf8').trim(),
    })),
  });
  return `Database roles: ${wanted.length} in place.`;
}
