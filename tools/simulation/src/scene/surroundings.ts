import type { EventCodec } from '@sluice/contracts';
import type { SimulatedBroker } from '../broker/simulated-broker.ts';
import type { SimulatedDatabase } from '../database/simulated-database.ts';
import type { Fate } from '../faults/fate.ts';
import type { GatewayCode } from './gateway-code.ts';

/** What every process of a scene is surrounded by. */
export interface Surroundings {
  readonly databaseUrl: string;
  readonly database: SimulatedDatabase;
  readonly broker: SimulatedBroker;
  readonly codec: EventCodec;
  readonly code: GatewayCode;
  readonly fate: Fate;
}

/** Hosts of the third parties. */
export const hosts = {
  provider: 'provider.example',
  bookkeeper: 'books.example',
  mirror: 'mirror.example',
} as const;

export const topics = {
  notifications: 'cybersource.notifications.v1',
  commands: 'cybersource.commands.v1',
  outcomes: 'cybersource.outcomes.v1',
} as const;

export const tenant = 'demo';

/** Limits of consumers, which in virtual time cost nothing but statements. */
export const limits = { replayPollMs: 3_000, drainMs: 4_000, replayLeaseMs: 20_000 } as const;
