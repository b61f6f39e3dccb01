import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from './folders.ts';
import { infrastructurePorts, serviceTable } from './service-table.ts';

describe('serviceTable', () => {
  it('names exactly the services of the repository', () => {
    const folder = join(repositoryRoot, 'services');
    const services = readdirSync(folder).filter((name) =>
      existsSync(join(folder, name, 'package.json')),
    );

    expect(serviceTable.map(({ name }) => name).toSorted()).toEqual(services.toSorted());
  });

  it('gives no port twice', () => {
    const own = serviceTable.flatMap((entry) => entry.ports.map(({ port }) => port));
    const all = [...own, ...Object.values(infrastructurePorts)];

    expect(new Set(all).size).toBe(all.length);
  });
});
