import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { CustomTransportStrategy, MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SettingsFailure, loadSettings } from '@sluice/config';
import type { ServiceSettings } from '@sluice/config';
import { effectsMigrations } from '@sluice/effects';
import { outboxMigrations } from '@sluice/outbox';
import { runMigrations } from '@sluice/postgres';
import type { MigrationClass } from '@sluice/postgres';
import { startTelemetry } from '@sluice/telemetry';
import type { RunningTelemetry } from '@sluice/telemetry';
import { bodyBytesMax, configureApp } from './configure-app.ts';
import { HostLifecycle } from './host-lifecycle.ts';
import { EVENT_STRATEGY } from './host-options.ts';
import { setTelemetry } from './host.module.ts';
import { JsonLogger } from './json-logger.ts';

/** A service to run. */
export interface ServiceOptions<S extends ServiceSettings> {
  readonly name: string;
  readonly settings: new () => S;
  /** The service's root module; it imports `hostModule`. */
  readonly module: (settings: Readonly<S>) => DynamicModule;
}

/** A schema to migrate. */
export interface MigrateOptions<S extends ServiceSettings> {
  readonly name: string;
  readonly settings: new () => S;
  /** The service's own migrations; those of the libs come first by themselves. */
  readonly migrations: readonly MigrationClass[];
}

/**
 * Runs a service until SIGTERM or SIGINT.
 *
 * Start: settings, telemetry, wiring, HTTP, consumers, relay, jobs; ready only then. Stop, in
 * order: not ready, consumers drain, jobs end, relay ends, HTTP drains, connections close,
 * telemetry flushes. Wrong settings are listed on standard error and end the process with code 78.
 */
export async function runService<S extends ServiceSettings>(
  options: ServiceOptions<S>,
): Promise<void> {
  const settings = settingsOrExit(options.settings, options.name);
  const logger = new JsonLogger(options.name, settings.logLevel);
  const telemetry = startTelemetry({
    service: options.name,
    tracesExporter: settings.tracesExporter,
    ...(settings.tracesUrl === '' ? {} : { tracesUrl: settings.tracesUrl }),
  });
  setTelemetry(telemetry);
  endOnFault(logger);
  try {
    const app = await NestFactory.create<NestFastifyApplication>(
      options.module(settings),
      new FastifyAdapter({ bodyLimit: bodyBytesMax, forceCloseConnections: 'idle' }),
      { logger, rawBody: true, abortOnError: false },
    );
    configureApp(app, options.name);
    app.connectMicroservice<MicroserviceOptions>(
      { strategy: app.get<CustomTransportStrategy>(EVENT_STRATEGY) },
      { inheritAppConfig: true },
    );
    await app.listen(settings.httpPort, settings.httpHost);
    stopOnSignal(app, telemetry, settings.drainTimeoutMs);
    await app.get(HostLifecycle).start(() => app.startAllMicroservices());
    logger.log(`${options.name} is ready on ${await app.getUrl()}`, 'host');
  } catch (error) {
    logger.fatal(error instanceof Error ? (error.stack ?? error.message) : String(error), 'host');
    await telemetry.stop().catch(() => undefined);
    process.exit(1);
  }
}

/** Applies the migrations of the libs and of the service to its own schema, then ends. */
export async function runMigrate<S extends ServiceSettings>(
  options: MigrateOptions<S>,
): Promise<void> {
  const settings = settingsOrExit(options.settings, options.name);
  const applied = await runMigrations({
    databaseUrl: settings.databaseUrl,
    applicationName: `${options.name}-migrate`,
    migrations: [...outboxMigrations, ...effectsMigrations, ...options.migrations],
  });
  process.stdout.write(`${options.name}: ${applied.length} migrations applied\n`);
}

function settingsOrExit<S extends ServiceSettings>(
  settings: new () => S,
  name: string,
): Readonly<S> {
  try {
    return loadSettings(settings);
  } catch (error) {
    if (!(error instanceof SettingsFailure)) throw error;
    process.stderr.write(`${name}: ${error.message}\n`);
    return process.exit(78);
  }
}

/**
 * A fault that nobody caught ends the process, because nobody knows what it left half done. Node itself would
 * write it past our log, with whatever card number its text holds.
 */
function endOnFault(logger: JsonLogger): void {
  process.once('uncaughtException', (fault: unknown) => {
    logger.fatal(fault instanceof Error ? (fault.stack ?? fault.message) : String(fault), 'host');
    process.exit(1);
  });
}

function stopOnSignal(
  app: NestFastifyApplication,
  telemetry: RunningTelemetry,
  drainTimeoutMs: number,
): void {
  const logger = new Logger('host');
  let isStopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    logger.log(`${signal}: draining`);
    setTimeout(() => process.exit(1), drainTimeoutMs * 2 + 10_000).unref();
    await app.get(HostLifecycle).stop();
    await app.close();
    await telemetry.stop().catch(() => undefined);
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(signal));
}
