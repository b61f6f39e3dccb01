import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { RegistrySchemaIds } from './registry-schema-ids.ts';

describe('RegistrySchemaIds', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
  });

  async function registry(
    answer: (request: IncomingMessage, response: ServerResponse) => void,
    credentials = '',
  ): Promise<RegistrySchemaIds> {
    server = createServer(answer);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return new RegistrySchemaIds(`http://${credentials}127.0.0.1:${port}/apis/ccompat/v7`);
  }

  it('asks for the id of exactly this schema under its subject', async () => {
    const seen: string[] = [];
    const ids = await registry((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
      response.end('{"id":7}');
    }, 'user:pass%21@');

    expect(await ids.idOf('payments.v1-sluice.payments.v1.PaymentCaptured', '"string"')).toBe(7);
    const pair = Buffer.from('user:pass!').toString('base64');
    expect(seen).toEqual([
      `POST /apis/ccompat/v7/subjects/payments.v1-sluice.payments.v1.PaymentCaptured Basic ${pair}`,
    ]);
  });

  it('gives a schema by its id', async () => {
    const ids = await registry((_, response) => response.end('{"schema":"\\"string\\""}'));

    expect(await ids.schemaById(7)).toBe('"string"');
  });

  it('calls an unknown schema id poison, and an unregistered schema permanent', async () => {
    const ids = await registry((_, response) => response.writeHead(404).end('{}'));

    await expect(ids.schemaById(7)).rejects.toMatchObject({ code: 'CODEC_UNKNOWN_SCHEMA' });
    await expect(ids.idOf('s', '"string"')).rejects.toMatchObject({
      code: 'SCHEMA_NOT_REGISTERED',
    });
  });

  it.each([
    ['fails', (response: ServerResponse) => response.writeHead(500).end()],
    ['talks nonsense', (response: ServerResponse) => response.end('<html>')],
    ['hangs up', (response: ServerResponse) => response.destroy()],
    [
      'sends elsewhere',
      (response: ServerResponse) =>
        response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    [
      'never ends',
      (response: ServerResponse) => response.end(`{"schema":"${'x'.repeat(2_000_000)}"}`),
    ],
  ])('is down when the registry %s', async (_, answer) => {
    const ids = await registry((_request, response) => void answer(response));

    await expect(ids.schemaById(7)).rejects.toMatchObject({
      name: 'DependencyDown',
      dependency: 'registry',
    });
  });
});
