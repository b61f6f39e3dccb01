import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import { setting } from '../program-settings.ts';

/** A connected data source whose tables follow from the entities. */
export async function connectDatabase(
  entities: readonly EntityTarget<ObjectLiteral>[],
): Promise<DataSource> {
  return await new DataSource({
    type: 'postgres',
    url: setting('DATABASE_URL'),
    entities: [...entities] as never[],
    synchronize: true,
    installExtensions: false,
    poolSize: 10,
  }).initialize();
}
