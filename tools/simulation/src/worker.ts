import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { localCodec } from '@sluice/contracts/testing';
import { effectsMigrations } from '@sluice/effects';
import { outboxMigrations } from '@sluice/outbox';
import { rateBudgetMigrations } from '@sluice/rate-budget';
import { check } from './checker/check.ts';
import { Backends } from './database/backends.ts';
import { createSchema, migrate } from './database/schema.ts';
import { replaceDriver } from './database/simulated-client.ts';
import type { SeedOrder, SeedReport, WorkerMessage } from './protocol.ts';
import type { GatewayCode } from './scene/gateway-code.ts';
import { History, type Stage } from './scene/history.ts';
import { makeGlobalsReal, makeGlobalsVirtual } from './world/virtual-globals.ts';

/** Runs the histories that the parent process asks for, one after the other, in a schema of its own. */
export async function serve(code: GatewayCode): Promise<void> {
  Logger.overrideLogger(false);
  const adminUrl = process.env['DATABASE_URL'] ?? '';
  const schema = await createSchema(adminUrl);
  const backends = new Backends(schema.databaseUrl, schema.clock);
  await backends.open();
  const migrations = [...outboxMigrations, ...effectsMigrations, ...rateBudgetMigrations];
  await migrate(backends, [...migrations, ...code.migrations]);
  replaceDriver();
  const codec = await localCodec();
  const stage = { databaseUrl: schema.databaseUrl, backends, codec, code };
  tell({ kind: 'ready' });
  process.on('message', (order: SeedOrder) => {
    if (order.kind === 'end') {
      void backends
        .close()
        .then(() => schema.drop())
        .then(() => process.exit(0));
    } else {
      void runSeed(stage, order).then((report) => tell({ kind: 'report', report }), fail);
    }
  });
  process.on('disconnect', () => process.exit(1));
}

async function runSeed(
  stage: Stage,
  { seed, isTold }: { readonly seed: number; readonly isTold: boolean },
): Promise<SeedReport> {
  const startedMs = process.hrtime.bigint();
  makeGlobalsVirtual();
  const history = new History(stage, seed, { isTold });
  const trouble = (error: unknown): void => {
    history.world.troubles.push(
      error instanceof Error ? (error.stack ?? error.message) : String(error),
    );
  };
  process.on('unhandledRejection', trouble).on('uncaughtException', trouble);
  try {
    await history.tell();
    await history.end();
    const violations = await check(history);
    return {
      seed,
      violations,
      faults: Object.fromEntries(history.world.faults),
      digest: history.world.digest(),
      virtualMs: Math.round(history.lengthMs),
      quietAfterMs: Math.round(history.quietAfterMs),
      realMs: Number((process.hrtime.bigint() - startedMs) / 1_000_000n),
      lines: history.world.lines ?? [],
    };
  } finally {
    process.off('unhandledRejection', trouble).off('uncaughtException', trouble);
    makeGlobalsReal();
  }
}

function tell(message: WorkerMessage): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
