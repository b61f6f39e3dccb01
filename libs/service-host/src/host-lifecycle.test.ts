import { Logger } from '@nestjs/common';
import { Outbox } from '@sluice/outbox';
import { describe, expect, it } from 'vitest';
import { HostLifecycle } from './host-lifecycle.ts';
import { Jobs } from './jobs.ts';
import { Readiness } from './readiness.ts';

Logger.overrideLogger(false);

const ends = (): Promise<void> => Promise.resolve();

type Parts = ConstructorParameters<typeof HostLifecycle>;

function lifecycleWith(parts: {
  readonly readiness?: Readiness;
  readonly closeConsumers?: () => Promise<void>;
  readonly startRelay?: () => void;
  readonly stopRelay?: () => Promise<void>;
  readonly outboxRelay?: 'on' | 'off';
}): HostLifecycle {
  const { readiness = new Readiness(), closeConsumers = ends, stopRelay = ends } = parts;
  const { startRelay = () => undefined, outboxRelay = 'on' } = parts;
  const relay = { wake: () => undefined, start: startRelay, stop: stopRelay };
  return new HostLifecycle(
    {} as Parts[0],
    {} as Parts[1],
    new Outbox({ codec: {} as never }),
    relay as unknown as Parts[3],
    new Jobs(),
    readiness,
    { close: closeConsumers } as unknown as Parts[6],
    { settings: { drainTimeoutMs: 30, outboxRelay } } as Parts[7],
  );
}

describe('HostLifecycle', () => {
  it('is ready only once the consumers have started, and not any more when it stops', async () => {
    const readiness = new Readiness();
    const lifecycle = lifecycleWith({ readiness });
    let readyInBetween: boolean | undefined;

    await lifecycle.start(async () => {
      readyInBetween = (await readiness.report()).isReady;
    });
    const readyAfter = (await readiness.report()).isReady;
    await lifecycle.stop();

    const readyAtEnd = (await readiness.report()).isReady;
    expect([readyInBetween, readyAfter, readyAtEnd]).toEqual([false, true, false]);
  });

  it('starts the relay, unless another program publishes the outbox', async () => {
    const started: string[] = [];
    for (const outboxRelay of ['on', 'off'] as const) {
      const startRelay = (): void => void started.push(outboxRelay);
      await lifecycleWith({ startRelay, outboxRelay }).start(() => Promise.resolve());
    }

    expect(started).toEqual(['on']);
  });

  it('leaves a part behind that hangs, and stops the next one', async () => {
    let isRelayStopped = false;
    const lifecycle = lifecycleWith({
      closeConsumers: () => new Promise(() => undefined),
      stopRelay: () => {
        isRelayStopped = true;
        return Promise.resolve();
      },
    });

    await lifecycle.stop();

    expect(isRelayStopped).toBe(true);
  });
});
