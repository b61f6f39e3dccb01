import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import {
  defaultStackFolder,
  removeDeadStacks,
  startStack,
  type RunningStack,
} from './local-stack/src/index.ts';
import { provisionSchemas, provisionTopics, readTopicCatalogue } from './provision/src/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Opens the test database as its owner. */
    databaseUrl: string;
    /** Addresses separated by commas. */
    kafkaBrokers: string;
    /** The registry's address with the path of Confluent's API. */
    schemaRegistryUrl: string;
  }
}

const prefix = 'test-';
const schemaFolder = join(import.meta.dirname, '../schemas');

interface SharedStack {
  users: number;
  readonly running: Promise<RunningStack>;
}

// Every project loads this file anew, and all of them share one stack.
const shared = globalThis as { sluiceTestStack?: SharedStack | undefined };

/** Starts PostgreSQL, Kafka and the registry once for all tests that ask for them; removes them with their data. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.sluiceTestStack ??= { users: 0, running: startProvisioned() };
  const stack = shared.sluiceTestStack;
  stack.users += 1;
  const running = await stack.running;
  project.provide('databaseUrl', running.databaseUrl);
  project.provide('kafkaBrokers', running.kafkaBrokers);
  project.provide('schemaRegistryUrl', running.schemaRegistryUrl);
  return async () => {
    stack.users -= 1;
    if (stack.users > 0) return;
    shared.sluiceTestStack = undefined;
    await running.stop();
    rmSync(running.home.folders.root, { recursive: true, force: true });
  };
}

async function startProvisioned(): Promise<RunningStack> {
  await removeDeadStacks(defaultStackFolder, prefix);
  const dir = join(defaultStackFolder, `${prefix}${process.pid}`);
  const running = await startStack({ dir, parts: ['postgres', 'kafka', 'registry'] });
  try {
    const { kafkaBrokers, schemaRegistryUrl } = running;
    const catalogue = readTopicCatalogue(join(schemaFolder, 'topics.yaml'));
    await Promise.all([
      provisionTopics({ kafkaBrokers, catalogue }),
      provisionSchemas({ schemaRegistryUrl, catalogue, schemaFolder }),
    ]);
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}
