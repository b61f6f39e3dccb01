import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from './fixtures/temporary-folder.ts';
import { SecretFiles } from './secrets.ts';
import { serviceSettings } from './service-settings.ts';
import { defaultServicePorts, serviceTable, urlOf } from './service-table.ts';

const secretsFolder = temporaryFolder('secrets');

function settingsOf(name: string): Readonly<Record<string, string>> {
  const entry = serviceTable.find((each) => each.name === name);
  if (entry === undefined) throw new Error(`no service ${name}`);
  return serviceSettings(entry, {
    databaseUrl: 'postgres://postgres:owner@127.0.0.1:4132/sluice',
    kafkaBrokers: '127.0.0.1:4192',
    schemaRegistryUrl: 'http://127.0.0.1:4181/apis/ccompat/v7',
    tracesUrl: 'http://127.0.0.1:4111/api/v2/spans',
    zipkinPublicUrl: 'http://127.0.0.1:4111',
    httpHost: '127.0.0.1',
    ports: defaultServicePorts(),
    urlOf: (name) => urlOf(defaultServicePorts(), name),
    secrets: new SecretFiles(secretsFolder),
    dataFolder: '/data',
  });
}

describe('serviceSettings', () => {
  it('gives every service a database role of its own', () => {
    const url = new URL(settingsOf('zoho-gateway')['DATABASE_URL']!);

    expect(url.username).toBe('zoho_gateway');
    expect(url.password).not.toBe('owner');
    expect(url.password).not.toBe(new URL(settingsOf('console')['DATABASE_URL']!).password);
  });

  it('lets both ends of every signature know the same key', () => {
    const twins = settingsOf('sandbox');
    const payments = settingsOf('cybersource-gateway');
    const webhookKey = `${twins['CYBERSOURCE_WEBHOOK_KEY_ID']}:${twins['CYBERSOURCE_WEBHOOK_KEY']}`;

    expect(payments['CYBERSOURCE_WEBHOOK_KEYS']).toBe(webhookKey);
    expect(payments['CYBERSOURCE_SHARED_SECRET']).toBe(twins['CYBERSOURCE_SHARED_SECRET']);
    expect(settingsOf('commerce-gateway')['SHOP_SIGNING_SECRETS']).toContain(
      twins['SHOP_SIGNING_SECRET'],
    );
    expect(settingsOf('zoho-gateway')['ZOHO_WEBHOOK_SECRET']).toBe(twins['ZOHO_WEBHOOK_SECRET']);
  });

  it('never names an address outside this machine', () => {
    const urls = serviceTable
      .flatMap(({ name }) => Object.values(settingsOf(name)))
      .flatMap((value) => value.match(/https?:\/\/[^,]+/g) ?? []);

    expect(urls.filter((url) => new URL(url).hostname !== '127.0.0.1')).toEqual([]);
  });

  it('tells the console where every other service answers', () => {
    const named = settingsOf('console')['SERVICES']!.split(',');

    expect(named).toContain('workflow-engine=http://127.0.0.1:4050');
    expect(named).toHaveLength(serviceTable.length - 2);
  });
});

describe('the console on the local stack', () => {
  it('opens records in the pages of the Zoho twin', () => {
    const settings = settingsOf('console');

    expect(settings['ZOHO_BOOKS_WEB_URL']).toBe('http://127.0.0.1:4102/#');
    expect(settings['ZOHO_DESK_WEB_URL']).toBe(
      'http://127.0.0.1:4102/_control/ledger/desk-tickets#',
    );
  });
});

describe('SecretFiles', () => {
  it('keeps a secret and lets only its owner read it', () => {
    const secrets = new SecretFiles(secretsFolder);

    const first = secrets.get('example');

    expect(new SecretFiles(secretsFolder).get('example')).toBe(first);
    expect(statSync(join(secretsFolder, 'example')).mode & 0o777).toBe(0o600);
    expect(first).toMatch(/^[0-9a-f]{48}$/);
  });
});
