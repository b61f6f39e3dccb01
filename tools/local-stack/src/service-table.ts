/** A place where a service listens. */
export interface ServicePort {
  /** Names the port in options (`--shop-twin-port`) and tables; unique. */
  readonly name: string;
  readonly port: number;
  /** The setting that tells the service. */
  readonly setting: string;
  /** What a person finds at the address, for the table of addresses. */
  readonly title: string;
  /** The path to show, where the root has nothing to see. */
  readonly path: string;
}

/** One of our services, as the local stack runs it. */
export interface ServiceEntry {
  /** Also its folder below `services` and the name of its log. */
  readonly name: string;
  readonly ports: readonly [ServicePort, ...ServicePort[]];
  /** Whether it has a schema and a role of its own in PostgreSQL, and migrations. */
  readonly hasDatabase: boolean;
  /** The path that answers 200 when the service is ready. */
  readonly readyPath: string;
}

function service(name: string, port: number, shown: { title: string; path: string }): ServiceEntry {
  const only: ServicePort = { name, port, setting: 'HTTP_PORT', ...shown };
  return { name, ports: [only], hasDatabase: true, readyPath: '/readyz' };
}

const api = (title: string): { title: string; path: string } => ({ title, path: '/docs' });
const worker = (title: string): { title: string; path: string } => ({ title, path: '/readyz' });

/** Every service with its ports: the one place that knows them; options, addresses and the compose file follow it. */
export const serviceTable: readonly ServiceEntry[] = [
  service('console', 4000, { title: 'Console', path: '/' }),
  service('commerce-gateway', 4010, api('Orders API')),
  service('cybersource-gateway', 4020, api('Payments API')),
  service('zoho-gateway', 4030, api('Zoho gateway')),
  service('canonical-mapper', 4040, worker('Canonical mapper')),
  service('workflow-engine', 4050, worker('Workflow engine')),
  service('fraud-router', 4060, worker('Fraud router')),
  service('reconciliation', 4070, worker('Reconciliation')),
  {
    name: 'sandbox',
    hasDatabase: false,
    readyPath: '/_control/faults',
    ports: [
      {
        name: 'cybersource-twin',
        port: 4101,
        setting: 'CYBERSOURCE_TWIN_PORT',
        title: 'Cybersource twin',
        path: '/_control/ledger',
      },
      {
        name: 'zoho-twin',
        port: 4102,
        setting: 'ZOHO_TWIN_PORT',
        title: 'Zoho twin',
        path: '/_control/ledger',
      },
      {
        name: 'shop-twin',
        port: 4103,
        setting: 'SHOP_TWIN_PORT',
        title: 'Shop (try a checkout)',
        path: '/',
      },
    ],
  },
];

/** The ports of the programs that are not ours. */
export const infrastructurePorts = {
  zipkin: 4111,
  postgres: 4132,
  registry: 4181,
  kafka: 4192,
} as const;

/** The PostgreSQL schema and role of a service. */
export function databaseSchemaOf(serviceName: string): string {
  return serviceName.replaceAll('-', '_');
}

/** Ports by name, as chosen for one run. */
export type ServicePorts = Readonly<Record<string, number>>;

/** The ports of the table, before any option changes them. */
export function defaultServicePorts(): ServicePorts {
  const ports = serviceTable.flatMap((entry) => entry.ports);
  return Object.fromEntries(ports.map(({ name, port }) => [name, port]));
}

/** The address of a named port. Throws for a name that is not in the table. */
export function urlOf(ports: ServicePorts, name: string): string {
  const port = ports[name];
  if (port === undefined) throw new Error(`There is no port named ${name}.`);
  return `http://127.0.0.1:${port}`;
}
