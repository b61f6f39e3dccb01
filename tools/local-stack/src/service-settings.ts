import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { randomBase64Key, randomHex, type SecretFiles } from './secrets.ts';
import {
  databaseSchemaOf,
  serviceTable,
  type ServiceEntry,
  type ServicePorts,
} from './service-table.ts';

/** What the settings of all services are made from. */
export interface SettingsSource {
  /** Opens the database as its owner; every service gets its own role in its place. */
  readonly databaseUrl: string;
  readonly kafkaBrokers: string;
  readonly schemaRegistryUrl: string;
  /** Where spans are sent in Zipkin's format; empty for no traces. */
  readonly tracesUrl: string;
  /** Where a person's browser finds the trace viewer. */
  readonly zipkinPublicUrl: string;
  /** The address services listen on. */
  readonly httpHost: string;
  readonly ports: ServicePorts;
  /** Where other services find a named port. */
  readonly urlOf: (portName: string) => string;
  readonly secrets: SecretFiles;
  readonly dataFolder: string;
}

type Env = Readonly<Record<string, string>>;

const shopId = 'demo-shop';
const organizationId = '20096815001';
/** First digits of every id in the Zoho twin, of which the id of its one Desk department is a fixed one. */
const zohoIdPrefix = '118000000';
const deskDepartmentId = `${zohoIdPrefix}0000000900`;

/** The environment of one service on the local stack: nothing is left to the service's own defaults that names a server. */
export function serviceSettings(entry: ServiceEntry, source: SettingsSource): Env {
  const own = ownSettings[entry.name]?.(source) ?? {};
  const ports = entry.ports.map(({ name, setting }) => [setting, String(source.ports[name])]);
  const listening = { HTTP_HOST: source.httpHost, ...Object.fromEntries(ports) };
  return entry.hasDatabase
    ? { ...commonSettings(entry, source), ...listening, ...own }
    : { ...listening, ...own };
}

function commonSettings(entry: ServiceEntry, source: SettingsSource): Env {
  return {
    DATABASE_URL: serviceDatabaseUrl(entry.name, source),
    KAFKA_BROKERS: source.kafkaBrokers,
    SCHEMA_REGISTRY_URL: source.schemaRegistryUrl,
    TENANT: 'demo',
    OPS_TOKEN: source.secrets.get('ops-token'),
    TRACES_EXPORTER: source.tracesUrl === '' ? 'none' : 'zipkin',
    TRACES_URL: source.tracesUrl,
    LOG_LEVEL: 'info',
  };
}

/** The name under which a service's database password is kept. */
export function databaseSecretOf(serviceName: string): string {
  return `database-${serviceName}`;
}

function serviceDatabaseUrl(name: string, source: SettingsSource): string {
  const url = new URL(source.databaseUrl);
  url.username = databaseSchemaOf(name);
  url.password = source.secrets.get(databaseSecretOf(name));
  return url.href;
}

const ownSettings: Readonly<Record<string, (source: SettingsSource) => Env>> = {
  'commerce-gateway': ({ secrets, urlOf, dataFolder }) => ({
    SHOP_SIGNING_SECRETS: `${shopId}:${secrets.get('shop-signing-secret')}`,
    SHOP_BASE_URLS: `${shopId}=${urlOf('shop-twin')}`,
    MAIL_TRANSPORT: 'file',
    MAIL_DIR: join(dataFolder, 'mail'),
    MAIL_FROM: 'shop@example.com',
  }),
  'cybersource-gateway': ({ secrets, urlOf }) => ({
    CYBERSOURCE_BASE_URL: urlOf('cybersource-twin'),
    ...cybersourceCredentials(secrets),
    CYBERSOURCE_WEBHOOK_KEYS: webhookKey(secrets),
    PAN_HASH_KEY: secrets.get('pan-hash-key'),
    CLIENT_SIGNING_SECRETS: `${shopId}:${secrets.get('shop-signing-secret')}`,
    SETTLEMENT_POLL_MS: '5000',
    // The twin is searchable at once; the real search lags by minutes.
    EFFECT_QUIET_PERIOD_MS: '2000',
  }),
  'zoho-gateway': ({ secrets, urlOf }) => ({
    ZOHO_ACCOUNTS_URL: urlOf('zoho-twin'),
    ZOHO_API_URL: urlOf('zoho-twin'),
    ZOHO_DESK_URL: urlOf('zoho-twin'),
    ...zohoCredentials(secrets),
    ZOHO_DESK_ORG_ID: organizationId,
    ZOHO_DESK_DEPARTMENT_ID: deskDepartmentId,
  }),
  console: ({ urlOf, zipkinPublicUrl, ports }) => ({
    SERVICES: serviceTable
      .filter((entry) => entry.hasDatabase && entry.name !== 'console')
      .map((entry) => `${entry.name}=${urlOf(entry.name)}`)
      .join(','),
    ZIPKIN_PUBLIC_URL: zipkinPublicUrl,
    ...zohoPages(`http://127.0.0.1:${ports['zoho-twin']}`),
    ENVIRONMENT_NAME: 'local',
  }),
  sandbox: ({ secrets, urlOf, dataFolder }) => ({
    DATA_DIR: join(dataFolder, 'sandbox'),
    COMMERCE_GATEWAY_URL: urlOf('commerce-gateway'),
    CYBERSOURCE_GATEWAY_URL: urlOf('cybersource-gateway'),
    ZOHO_GATEWAY_URL: urlOf('zoho-gateway'),
    ...cybersourceCredentials(secrets),
    CYBERSOURCE_WEBHOOK_KEY_ID: secrets.get('cybersource-webhook-key-id', randomUUID),
    CYBERSOURCE_WEBHOOK_KEY: secrets.get('cybersource-webhook-key', randomBase64Key),
    ...zohoCredentials(secrets),
    ZOHO_ID_PREFIX: zohoIdPrefix,
    SHOP_ID: shopId,
    SHOP_SIGNING_SECRET: secrets.get('shop-signing-secret'),
  }),
};

/** The twin has a page of invoices, and lists of everything else; what follows a hash only names the record. */
function zohoPages(twinUrl: string): Env {
  const ledger = `${twinUrl}/_control/ledger`;
  return {
    ZOHO_BOOKS_WEB_URL: `${twinUrl}/#`,
    ZOHO_INVENTORY_WEB_URL: `${ledger}/salesorders#`,
    ZOHO_CRM_WEB_URL: `${ledger}#`,
    ZOHO_DESK_WEB_URL: `${ledger}/desk-tickets#`,
  };
}

function cybersourceCredentials(secrets: SecretFiles): Env {
  return {
    CYBERSOURCE_MERCHANT_ID: 'demo_merchant',
    CYBERSOURCE_KEY_ID: secrets.get('cybersource-key-id', randomUUID),
    CYBERSOURCE_SHARED_SECRET: secrets.get('cybersource-shared-secret', randomBase64Key),
  };
}

function webhookKey(secrets: SecretFiles): string {
  const keyId = secrets.get('cybersource-webhook-key-id', randomUUID);
  return `${keyId}:${secrets.get('cybersource-webhook-key', randomBase64Key)}`;
}

function zohoCredentials(secrets: SecretFiles): Env {
  return {
    ZOHO_CLIENT_ID: secrets.get('zoho-client-id', () => `1000.${randomHex()}`),
    ZOHO_CLIENT_SECRET: secrets.get('zoho-client-secret'),
    ZOHO_REFRESH_TOKEN: secrets.get('zoho-refresh-token', () => `1000.${randomHex()}`),
    ZOHO_ORGANIZATION_ID: organizationId,
    ZOHO_WEBHOOK_SECRET: secrets.get('zoho-webhook-secret'),
  };
}
