import { Logger, Module } from '@nestjs/common';
import type { DynamicModule, FactoryProvider, Provider } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { Clock, systemClock } from '@sluice/clock';
import { EventCodec, SchemaIds } from '@sluice/contracts';
import { Effects, effectsMigrations } from '@sluice/effects';
import { ParkingDesk, ParkingStore, Publisher } from '@sluice/messaging';
import type { Broker, EventStrategy } from '@sluice/messaging';
import { KafkaEventStrategy, KafkaPublisher, RegistrySchemaIds } from '@sluice/messaging-kafka';
import { Inbox, Outbox, OutboxRelay, PostgresParkingStore, outboxMigrations } from '@sluice/outbox';
import { createDataSource, pingPostgres } from '@sluice/postgres';
import type { RunningTelemetry } from '@sluice/telemetry';
import { DataSource } from 'typeorm';
import { HostLifecycle } from './host-lifecycle.ts';
import { EVENT_STRATEGY, HOST_OPTIONS, TELEMETRY } from './host-options.ts';
import type { HostOptions } from './host-options.ts';
import { HealthController } from './http/health.controller.ts';
import { ProblemFilter } from './http/problem.filter.ts';
import { Jobs } from './jobs.ts';
import { OpsController } from './ops/ops.controller.ts';
import { OpsGuard } from './ops/ops.guard.ts';
import { OutboxActsController } from './ops/outbox-acts.controller.ts';
import { ParkedKeysController } from './ops/parked-keys.controller.ts';
import { Readiness } from './readiness.ts';
import { UpkeepJob } from './upkeep.job.ts';

@Module({})
class HostModule {}

/** The relay is woken for every row by whoever commits it; polling finds the rows of one who died before the call. */
const relayPollMs = 2_000;

const silentTelemetry: RunningTelemetry = {
  serveMetrics: (_request, response) => void response.end(),
  stop: () => Promise.resolve(),
};
let telemetry = silentTelemetry;

/** Makes the process's telemetry injectable; called once, before the application is built. */
export function setTelemetry(running: RunningTelemetry): void {
  telemetry = running;
}

/**
 * The parts every service stands on, for all of its modules: `DataSource`, `EventCodec`,
 * `Publisher`, `Outbox`, `Inbox`, `OutboxRelay`, `ParkingStore`, `Effects`, `Clock`, `Jobs`,
 * `Readiness`, `OpsGuard`, `ParkingDesk`, the transport of `@Consume` handlers, and the probe and operator endpoints.
 *
 * Tests override `Publisher`, `SchemaIds` and `EVENT_STRATEGY` with in-memory parts.
 */
export function hostModule(options: HostOptions): DynamicModule {
  const shared: Provider[] = [
    { provide: HOST_OPTIONS, useValue: options },
    { provide: TELEMETRY, useFactory: () => telemetry },
    { provide: Clock, useValue: systemClock },
    ...messagingProviders(options),
    ...storageProviders(options),
    Inbox,
    Jobs,
    OpsGuard,
    HostLifecycle,
    UpkeepJob,
    readinessProvider,
    deskProvider,
  ];
  return {
    module: HostModule,
    global: true,
    controllers: [HealthController, OpsController, ParkedKeysController, OutboxActsController],
    providers: [...shared, { provide: APP_FILTER, useClass: ProblemFilter }],
    exports: shared.map((provider) => ('provide' in provider ? provider.provide : provider)),
  };
}

function storageProviders(options: HostOptions): Provider[] {
  return [
    {
      provide: DataSource,
      useFactory: async () =>
        await createDataSource({
          databaseUrl: options.settings.databaseUrl,
          applicationName: options.name,
          poolMax: options.settings.databasePoolMax,
          entities: options.entities ?? [],
          migrations: [...outboxMigrations, ...effectsMigrations, ...(options.migrations ?? [])],
        }).initialize(),
    },
    {
      provide: ParkingStore,
      inject: [DataSource, Clock],
      useFactory: (dataSource: DataSource, clock: Clock) =>
        new PostgresParkingStore({ dataSource, clock }),
    },
    {
      provide: Effects,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new Effects({ dataSource }),
    },
    {
      provide: OutboxRelay,
      inject: [DataSource, Publisher, Clock],
      useFactory: (dataSource: DataSource, publisher: Publisher, clock: Clock) =>
        new OutboxRelay({
          dataSource,
          publisher,
          clock,
          pollMs: relayPollMs,
          onError: logRelayError,
        }),
    },
  ];
}

function messagingProviders(options: HostOptions): Provider[] {
  const { settings, name } = options;
  const kafka = { brokers: settings.kafkaBrokers.split(','), clientId: name };
  return [
    { provide: SchemaIds, useFactory: () => new RegistrySchemaIds(settings.schemaRegistryUrl) },
    {
      provide: EventCodec,
      inject: [SchemaIds],
      useFactory: async (ids: SchemaIds) => {
        const codec = new EventCodec(ids);
        await codec.prepare(options.publishes);
        return codec;
      },
    },
    { provide: Publisher, useFactory: () => new KafkaPublisher({ kafka }) },
    {
      provide: Outbox,
      inject: [EventCodec],
      useFactory: (codec: EventCodec) => new Outbox({ codec }),
    },
    {
      provide: EVENT_STRATEGY,
      inject: [Publisher, EventCodec, ParkingStore],
      useFactory: (publisher: Publisher, codec: EventCodec, parking: ParkingStore) => {
        const limits = { parkedRetryMsMax: settings.parkedRetryHours * 3_600_000 };
        return new KafkaEventStrategy({ kafka, publisher, codec, parking, limits });
      },
    },
  ];
}

/** A publish has a budget of half a minute; a relay that is silent for longer publishes nothing. */
const relaySilenceMsMax = 60_000;

const readinessProvider: FactoryProvider<Readiness> = {
  provide: Readiness,
  inject: [DataSource, EVENT_STRATEGY, OutboxRelay],
  useFactory: (dataSource: DataSource, strategy: EventStrategy, relay: OutboxRelay) => {
    const readiness = new Readiness();
    readiness.require({ name: 'postgres', check: () => pingPostgres(dataSource) });
    readiness.require({ name: 'broker', check: () => strategy.isReady() });
    readiness.require({ name: 'relay', check: () => relay.silentMs() < relaySilenceMsMax });
    return readiness;
  },
};

const deskProvider: FactoryProvider<ParkingDesk> = {
  provide: ParkingDesk,
  inject: [ParkingStore, Publisher, EventCodec, Clock, EVENT_STRATEGY],
  useFactory: (...[parking, publisher, codec, clock, strategy]: DeskParts) =>
    new ParkingDesk({ parking, publisher, codec, clock, broker: strategy.unwrap<Broker>() }),
};

type DeskParts = readonly [ParkingStore, Publisher, EventCodec, Clock, EventStrategy];

function logRelayError(error: unknown): void {
  new Logger('relay').warn(error instanceof Error ? error.message : String(error));
}
