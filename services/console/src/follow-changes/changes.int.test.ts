import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { effectsMigrations } from '@sluice/effects';
import { orderPlaced } from '@sluice/contracts/testing';
import { until } from '@sluice/messaging/testing';
import { outboxMigrations } from '@sluice/outbox';
import { freshDatabase } from '@sluice/postgres/testing';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { migrations } from '../storage/migrations/index.ts';
import { startConsole } from '../testing/console-app.ts';
import { record } from '../testing/story-events.ts';
import type { ChangesView, HealthView } from '../views.ts';
import { Changes, followersMax, type Follower } from './changes.ts';

const webDir = mkdtempSync(join(tmpdir(), 'sluice-web-'));
mkdirSync(join(webDir, 'assets'));
writeFileSync(join(webDir, 'index.html'), '<html nonce="__CSP_NONCE__">');
writeFileSync(join(webDir, 'assets', 'main-abc.js'), 'export {};');
const database = await freshDatabase(inject('databaseUrl'), {
  migrations: [...outboxMigrations, ...effectsMigrations, ...migrations],
});
const stage = await startConsole(database.databaseUrl, { WEB_DIR: webDir });
await stage.app.listen(0, '127.0.0.1');
const address = (await stage.app.getUrl()).replace('[::1]', '127.0.0.1');
let isClosed = false;

afterAll(async () => {
  if (!isClosed) await stage.close();
  await database.close();
  rmSync(webDir, { recursive: true });
});

function silent(): Follower {
  return { tell: () => undefined, end: () => undefined };
}

describe('the web application', () => {
  it.each(['/', '/payments', '/payments/01K', '/orders/01K'])(
    'is served at %s with a nonce of its own',
    async (path) => {
      const first = await fetch(address + path);
      const second = await fetch(address + path);

      const nonce = /nonce="([^"]+)"/.exec(await first.text())?.[1];
      expect(first.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`);
      expect(await second.text()).not.toContain(String(nonce));
      expect(first.headers.get('cache-control')).toBe('no-cache');
      expect(first.headers.get('x-frame-options')).toBe('DENY');
    },
  );

  it('keeps files with a hash for ever', async () => {
    const reply = await fetch(`${address}/assets/main-abc.js`);

    expect(reply.headers.get('cache-control')).toContain('immutable');
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each(['/api/v1/unknown', '/assets/gone.js', '/favicon.ico', '/assets/%2e%2e/index.html'])(
    'is not served at %s',
    async (path) => {
      const reply = await fetch(address + path);

      expect(reply.status).toBe(404);
    },
  );
});

describe('the health of the stack', () => {
  it('counts this service too', async () => {
    stage.ops.answers.set('/readyz', [{ service: 'zoho-gateway', reason: 'gone' }]);

    const reply = await fetch(`${address}/api/v1/health`);

    const { services } = (await reply.json()) as HealthView;
    expect(services.map(({ service }) => service)).toEqual(['console', 'zoho-gateway']);
    expect(services[0]?.consumers).toMatchObject([{ group: 'console.timeline' }]);
  });
});

describe('Changes', () => {
  it('tells a page at once how the counters stand, and again when one has moved', async () => {
    const told: ChangesView[] = [];
    const changes = stage.app.get(Changes);
    const leave = changes.follow({ ...silent(), tell: (view) => told.push(view) });
    await until(() => told.length === 1, { what: 'the first word' });

    await stage.publish(record('sluice.orders.v1.OrderPlaced', orderPlaced(), { key: 'order-1' }));

    await until(() => told.length > 1, { what: 'the change' });
    leave();
    expect(told[1]!.payments).toBeGreaterThan(told[0]!.payments);
    expect(told[1]!.breaks).toBe(told[0]!.breaks);
  });

  it('refuses one page too many, and takes it when another has left', () => {
    const changes = stage.app.get(Changes);
    const leave = Array.from({ length: followersMax }, () => changes.follow(silent()));

    expect(() => changes.follow(silent())).toThrow(
      expect.objectContaining({ code: 'LIVE_STREAMS_EXHAUSTED' }),
    );
    leave.pop()?.();
    leave.push(changes.follow(silent()));
    for (const one of leave) one();
  });

  it('streams over HTTP, and lets go of open pages when the console stops', async () => {
    const reply = await fetch(`${address}/api/v1/events`);
    const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('"payments"')) text += (await reader.read()).value ?? '';
    expect(reply.headers.get('content-type')).toContain('text/event-stream');
    expect(text).toContain('event: change');

    const closing = stage.close();
    isClosed = true;
    let isDone = false;
    while (!isDone) isDone = (await reader.read()).done;
    await closing;

    expect(isDone).toBe(true);
  });
});
