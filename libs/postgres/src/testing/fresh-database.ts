import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import type { DataSource } from 'typeorm';
import type { ProvidedContext } from 'vitest';
import { createDataSource, type PostgresOptions } from '../data-source.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Administrator's address of the Postgres that the test run started. */
    databaseUrl: string;
  }
}

/** A schema and role of its own on the test run's Postgres. */
export interface FreshDatabase {
  /** Connected, and migrated with the migrations given. */
  readonly dataSource: DataSource;
  /** For a second data source or process on the same schema. */
  readonly databaseUrl: string;
  /** Disconnects, and drops schema and role with everything in them. */
  close(): Promise<void>;
}

/**
 * Makes a role and a schema as a service has them, for one test file.
 *
 * @param adminUrl what `inject('databaseUrl')` gives.
 */
export async function freshDatabase(
  adminUrl: ProvidedContext['databaseUrl'],
  options: Partial<Omit<PostgresOptions, 'databaseUrl'>> = {},
): Promise<FreshDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asAdmin(adminUrl, [
    `create role ${name} login password '${name}'`,
    `create schema ${name} authorization ${name}`,
    `alter role ${name} set search_path = ${name}`,
  ]);
  const url = new URL(adminUrl);
  url.username = name;
  url.password = name;
  const databaseUrl = url.toString();
  const dataSource = createDataSource({ applicationName: name, ...options, databaseUrl });
  await dataSource.initialize();
  await dataSource.runMigrations();
  const close = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await asAdmin(adminUrl, [`drop schema ${name} cascade`, `drop role ${name}`]);
  };
  return { dataSource, databaseUrl, close };
}

async function asAdmin(adminUrl: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
