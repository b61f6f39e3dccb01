import pg from 'pg';

/** A service that gets a role and a schema of its own. */
export interface ServiceDatabase {
  readonly serviceName: string;
  readonly password: string;
}

export interface DatabaseOptions {
  /** Opens the database as a user who may create roles and schemas. */
  readonly databaseUrl: string;
  readonly services: readonly ServiceDatabase[];
}

/** The role and schema of a service: its name, with underscores. */
export function databaseNameOf(serviceName: string): string {
  return serviceName.replaceAll('-', '_');
}

/**
 * Gives every service a role that owns one schema and sees no other. Safe to repeat; passwords are set anew.
 *
 * A role's search path is its schema, so services name their tables without it.
 */
export async function provisionDatabase(options: DatabaseOptions): Promise<void> {
  const client = new pg.Client({ connectionString: options.databaseUrl });
  await client.connect();
  try {
    for (const each of options.services) await provisionService(client, each);
  } finally {
    await client.end();
  }
}

async function provisionService(client: pg.Client, service: ServiceDatabase): Promise<void> {
  const name = databaseNameOf(service.serviceName);
  const role = client.escapeIdentifier(name);
  const password = client.escapeLiteral(service.password);
  await client.query('begin');
  try {
    // Two provisionings at once would otherwise both find the role missing.
    await client.query(`select pg_advisory_xact_lock(hashtext('sluice.provision'))`);
    const found = await client.query('select 1 from pg_roles where rolname = $1', [name]);
    const verb = found.rowCount === 0 ? 'create' : 'alter';
    await client.query(`${verb} role ${role} login password ${password}`);
    await client.query(`grant ${role} to current_user`);
    await client.query(`create schema if not exists ${role} authorization ${role}`);
    await client.query(`alter role ${role} set search_path = ${role}`);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}
