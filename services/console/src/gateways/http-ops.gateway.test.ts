import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { loadSettings } from '@sluice/config';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleSettings } from '../config.ts';
import { HttpOpsGateway, parseServices } from './http-ops.gateway.ts';
import { listsOf } from './ops.gateway.ts';

const open: { readonly close: () => unknown }[] = [];

afterEach(async () => {
  for (const part of open.splice(0)) await part.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  open.push({
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function gatewayTo(services: string): HttpOpsGateway {
  const gateway = new HttpOpsGateway(
    loadSettings(ConsoleSettings, {
      DATABASE_URL: 'postgres://console@127.0.0.1/db',
      KAFKA_BROKERS: '127.0.0.1:9092',
      SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081',
      OPS_TOKEN: 'operator-token-for-tests',
      SERVICES_TIMEOUT_MS: '150',
      SERVICES: services,
    }),
  );
  open.push({ close: () => gateway.onApplicationShutdown() });
  return gateway;
}

describe('HttpOpsGateway', () => {
  it('asks with the operator token, and keeps each answer apart', async () => {
    const good = await serve((request, response) =>
      response.end(
        JSON.stringify([{ path: request.url, authorization: request.headers.authorization }]),
      ),
    );
    const odd = await serve((_request, response) => response.end('<html>'));

    const answers = await gatewayTo(`good=${good}/,odd=${odd}`).askAll('/ops/effects?subject=o');

    expect(answers).toEqual([
      {
        service: 'good',
        status: 200,
        body: [
          { path: '/ops/effects?subject=o', authorization: 'Bearer operator-token-for-tests' },
        ],
      },
      { service: 'odd', reason: 'Its answer is not JSON.' },
    ]);
  });

  it('waits no longer than the bound for a service that does not answer', async () => {
    const silent = await serve(() => undefined);
    const startedMs = performance.now();

    const answers = await gatewayTo(`silent=${silent},gone=http://127.0.0.1:1`).askAll('/readyz');

    expect(answers).toMatchObject([
      { service: 'silent', reason: expect.stringContaining('within 150 ms') },
      { service: 'gone', reason: expect.stringContaining('no connection') },
    ]);
    expect(performance.now() - startedMs).toBeLessThan(3_000);
  });
});

describe('listsOf', () => {
  it('names the services whose answer is no list', () => {
    const { rows, unanswered } = listsOf<{ key: string }>([
      { service: 'a', status: 200, body: [{ key: 'k' }] },
      { service: 'b', status: 401, body: {} },
      { service: 'c', reason: 'gone' },
    ]);

    expect(rows).toEqual([{ key: 'k', service: 'a' }]);
    expect(unanswered).toEqual([
      { service: 'b', reason: 'It answered 401.' },
      { service: 'c', reason: 'gone' },
    ]);
  });
});

describe('parseServices', () => {
  it('keeps what follows the first equals sign', () => {
    expect([...parseServices('a=http://h:1/?x=y,b=http://h:2/')]).toEqual([
      ['a', 'http://h:1/?x=y'],
      ['b', 'http://h:2'],
    ]);
    expect(parseServices('').size).toBe(0);
  });
});
