import type { RunningStack } from '@sluice/local-stack';
import { FaultProxy } from './fault-proxy.ts';

const brokerCount = 3;

/** A proxy in front of every server: databases, brokers, third parties, and our own doors. */
export interface Proxies {
  readonly brokers: readonly FaultProxy[];
  readonly postgres: FaultProxy;
  readonly registry: FaultProxy;
  readonly zohoTwin: FaultProxy;
  readonly cybersourceTwin: FaultProxy;
  readonly shopTwin: FaultProxy;
  readonly commerceDoor: FaultProxy;
  readonly cybersourceDoor: FaultProxy;
  readonly zohoDoor: FaultProxy;
}

/** Opens all proxies; where they lead to is said later, by `pointAt`. */
export async function listenAll(): Promise<Proxies> {
  const names = Array.from({ length: brokerCount }, (_, index) => `broker ${index + 1}`);
  return {
    brokers: await Promise.all(names.map((name) => FaultProxy.listen(name))),
    postgres: await FaultProxy.listen('Postgres'),
    registry: await FaultProxy.listen('schema registry'),
    zohoTwin: await FaultProxy.listen('Zoho'),
    cybersourceTwin: await FaultProxy.listen('Cybersource'),
    shopTwin: await FaultProxy.listen('shop'),
    commerceDoor: await FaultProxy.listen('door of commerce-gateway'),
    cybersourceDoor: await FaultProxy.listen('door of cybersource-gateway'),
    zohoDoor: await FaultProxy.listen('door of zoho-gateway'),
  };
}

/** Says where each proxy passes connections on to. */
export function pointAt(
  proxies: Proxies,
  to: { readonly servers: RunningStack; readonly ports: Readonly<Record<string, number>> },
): void {
  const { servers, ports } = to;
  for (const [index, proxy] of proxies.brokers.entries()) {
    proxy.upstreamPort = portOf(servers.brokers[index]?.address ?? '');
  }
  proxies.postgres.upstreamPort = portOf(new URL(servers.databaseUrl).host);
  proxies.registry.upstreamPort = portOf(new URL(servers.schemaRegistryUrl).host);
  proxies.zohoTwin.upstreamPort = ports['zoho-twin'] ?? 0;
  proxies.cybersourceTwin.upstreamPort = ports['cybersource-twin'] ?? 0;
  proxies.shopTwin.upstreamPort = ports['shop-twin'] ?? 0;
  proxies.commerceDoor.upstreamPort = ports['commerce-gateway'] ?? 0;
  proxies.cybersourceDoor.upstreamPort = ports['cybersource-gateway'] ?? 0;
  proxies.zohoDoor.upstreamPort = ports['zoho-gateway'] ?? 0;
}

/** What Zoho allows in a minute; more than its real 100, so that enough orders end within a short storm. */
export const zohoRatePerMinute = 1_500;
/** Calls that Zoho works on at the same time. */
export const zohoConcurrency = 10;

/**
 * How long a call is looked for after its outcome became unknown. A third party, or a line to it, that works on a call
 * for longer than its caller waits ends it within this time.
 */
const quietPeriodMs = '6000';

/** Settings that lead services through the proxies, and pauses shorter than a storm. */
export function serviceEnvironments(
  proxies: Proxies,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const shopId = 'demo-shop';
  return {
    'commerce-gateway': {
      SHOP_BASE_URLS: `${shopId}=${proxies.shopTwin.url}`,
      SHOP_TIMEOUT_MS: '4000',
    },
    'cybersource-gateway': {
      CYBERSOURCE_BASE_URL: proxies.cybersourceTwin.url,
      CYBERSOURCE_TIMEOUT_MS: '5000',
      EFFECT_QUIET_PERIOD_MS: quietPeriodMs,
      SETTLEMENT_POLL_MS: '0',
    },
    'zoho-gateway': {
      ZOHO_ACCOUNTS_URL: proxies.zohoTwin.url,
      ZOHO_API_URL: proxies.zohoTwin.url,
      ZOHO_DESK_URL: proxies.zohoTwin.url,
      ZOHO_RATE_PER_MINUTE: String(zohoRatePerMinute),
      ZOHO_CONCURRENCY: String(zohoConcurrency),
      ZOHO_TIMEOUT_MS: '4000',
      ZOHO_BACKFILL_MS: '10000',
      EFFECT_QUIET_PERIOD_MS: quietPeriodMs,
    },
    sandbox: {
      COMMERCE_GATEWAY_URL: proxies.commerceDoor.url,
      CYBERSOURCE_GATEWAY_URL: proxies.cybersourceDoor.url,
      ZOHO_GATEWAY_URL: proxies.zohoDoor.url,
      ZOHO_RATE_LIMIT_PER_MINUTE: String(zohoRatePerMinute),
      ZOHO_RATE_LIMIT_PER_DAY: '1000000',
      ZOHO_CONCURRENCY_MAX: String(zohoConcurrency),
    },
  };
}

function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}
