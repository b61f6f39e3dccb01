import type { ServiceSettings } from '@sluice/config';
import type { EventType } from '@sluice/contracts';
import type { EntityClass, MigrationClass } from '@sluice/postgres';

/** What a service tells its host. */
export interface HostOptions {
  /** Name of the service; also the source of its events and the application name in Postgres. */
  readonly name: string;
  readonly settings: ServiceSettings;
  /** Event types the service publishes; their schemas must be registered, or the start fails. */
  readonly publishes: readonly EventType[];
  /** The service's own entities. @default [] */
  readonly entities?: readonly EntityClass[];
  /** The service's own migrations; those of outbox, inbox, parking and effects come first by themselves. */
  readonly migrations?: readonly MigrationClass[];
}

/** Injection token of the host options. */
export const HOST_OPTIONS = Symbol('sluice.host-options');

/** Injection token of the transport strategy that runs the `@Consume` handlers. */
export const EVENT_STRATEGY = Symbol('sluice.event-strategy');

/** Injection token of `RunningTelemetry`. */
export const TELEMETRY = Symbol('sluice.telemetry');
