import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { kafkaArtifact, registryArtifact, zipkinArtifact } from './artifacts.ts';
import { repositoryRoot } from './folders.ts';
import { infrastructurePorts, serviceTable } from './service-table.ts';

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const text = readFileSync(join(repositoryRoot, 'deploy/compose.yaml'), 'utf8');
const compose = parse(text, { merge: true }) as ComposeFile;
const servers = ['zipkin', 'postgres', 'registry', 'kafka'] as const;

function versionOf(folder: string): string {
  return /[\d.]+$/.exec(folder)![0];
}

describe('deploy/compose.yaml', () => {
  it('runs exactly the services of the table besides the servers', () => {
    const own = serviceTable.map(({ name }) => name);

    const expected = [...own, ...servers, 'provision'].toSorted();

    expect(Object.keys(compose.services).toSorted()).toEqual(expected);
  });

  it.each(serviceTable)('publishes the ports of $name on the loopback address', (entry) => {
    const service = compose.services[entry.name];

    expect(service?.ports).toEqual(entry.ports.map(({ port }) => `127.0.0.1:${port}:${port}`));
    expect(service?.command).toEqual([entry.name]);
    expect(service?.build?.dockerfile).toBe('deploy/Dockerfile');
    expect(service?.depends_on).toEqual({
      provision: { condition: 'service_completed_successfully' },
    });
  });

  it.each(servers)('publishes %s on the port of the local stack', (name) => {
    const [published = ''] = compose.services[name]?.ports ?? [];

    expect(published).toMatch(new RegExp(`^127\\.0\\.0\\.1:${infrastructurePorts[name]}:\\d+$`));
  });

  it('runs the versions that the local stack runs', () => {
    const { kafka, registry, zipkin } = compose.services;

    expect(kafka?.image).toBe(`apache/kafka:${versionOf(kafkaArtifact.folder)}`);
    expect(registry?.image).toMatch(new RegExp(`:${versionOf(registryArtifact.folder)}$`));
    expect(zipkin?.image).toMatch(new RegExp(`:${versionOf(zipkinArtifact.folder)}$`));
  });

  it('declares every volume it mounts', () => {
    const mounted = Object.values(compose.services)
      .flatMap((service) => service.volumes ?? [])
      .map((mount) => mount.split(':')[0]);

    expect(new Set(Object.keys(compose.volumes))).toEqual(new Set(mounted));
  });

  it('holds no password', () => {
    const passwords = text.match(/PASSWORD["']?: +(\S+)/g) ?? [];

    expect(passwords.length).toBeGreaterThan(0);
    expect(passwords.filter((each) => !each.includes('${SLUICE_POSTGRES_PASSWORD'))).toEqual([]);
  });
});
