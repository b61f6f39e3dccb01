import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { HttpClient, HttpNotSent, HttpOutcomeUnknown } from './index.ts';

const open: { close(): unknown }[] = [];

async function serve(listener: RequestListener): Promise<{ host: string; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(server);
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function client(host: string, options: { timeoutMs?: number; bytesMax?: number } = {}): HttpClient {
  const made = new HttpClient({ name: 'sample', allowedHosts: [host], ...options });
  open.push(made);
  return made;
}

describe('HttpClient', () => {
  afterEach(async () => {
    for (const closable of open.splice(0).toReversed()) await closable.close();
  });

  it('sends the body as given and returns any status as an answer', async () => {
    let seen = '';
    const { host } = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => (seen += chunk.toString()));
      request.on('end', () => response.writeHead(422, { 'X-Reason': 'no' }).end('refused'));
    });

    const reply = await client(host).request({
      method: 'POST',
      url: `http://${host}/a`,
      body: '{"a": 1}',
    });

    expect(reply).toMatchObject({ status: 422, text: 'refused' });
    expect(reply.headers['x-reason']).toBe('no');
    expect(seen).toBe('{"a": 1}');
  });

  it('says that nothing was sent when no connection can be made', async () => {
    const { host, server } = await serve(() => undefined);
    server.close();

    await expect(client(host).request({ method: 'GET', url: `http://${host}/` })).rejects.toThrow(
      HttpNotSent,
    );
  });

  it('says that the outcome is unknown when the connection breaks or the answer is late', async () => {
    const broken = await serve((request) => request.socket.destroy());
    const silent = await serve(() => undefined);

    await expect(
      client(broken.host).request({ method: 'POST', url: `http://${broken.host}/` }),
    ).rejects.toThrow(HttpOutcomeUnknown);
    await expect(
      client(silent.host, { timeoutMs: 50 }).request({
        method: 'POST',
        url: `http://${silent.host}/`,
      }),
    ).rejects.toThrow(HttpOutcomeUnknown);
    silent.server.closeAllConnections();
  });

  it('stops reading an answer that is too large', async () => {
    const { host } = await serve((_request, response) => response.end('x'.repeat(10_000)));

    await expect(
      client(host, { bytesMax: 1000 }).request({ method: 'GET', url: `http://${host}/` }),
    ).rejects.toThrow(HttpOutcomeUnknown);
  });

  it('does not follow a redirect, and calls no host that is not listed', async () => {
    const { host } = await serve((_request, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    );
    const http = client(host);

    expect((await http.request({ method: 'GET', url: `http://${host}/` })).status).toBe(302);
    await expect(http.request({ method: 'GET', url: 'http://127.0.0.1:1/' })).rejects.toMatchObject(
      {
        code: 'HTTP_HOST_NOT_ALLOWED',
      },
    );
  });
});
