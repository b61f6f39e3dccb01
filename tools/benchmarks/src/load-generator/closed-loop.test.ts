import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ClosedLoop, readReply } from './closed-loop.ts';

describe('ClosedLoop', () => {
  let server: Server | undefined;
  afterEach(async () => {
    await new Promise((resolve) => server?.close(resolve));
  });

  async function serve(answer: (path: string) => number): Promise<{ port: number; most: number }> {
    const seen = { port: 0, most: 0 };
    let open = 0;
    server = createServer((request, response) => {
      open += 1;
      seen.most = Math.max(seen.most, open);
      setImmediate(() => {
        open -= 1;
        response.writeHead(answer(request.url ?? ''), { 'content-length': 2 }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    seen.port = (server.address() as AddressInfo).port;
    return seen;
  }

  function requests(count: number): Buffer[] {
    return Array.from({ length: count }, (_nothing, place) =>
      Buffer.from(`GET /${place} HTTP/1.1\r\nhost: x\r\n\r\n`),
    );
  }

  it('sends everything once, and never more at a time than it has connections', async () => {
    const seen = await serve((path) => (path.endsWith('0') ? 401 : 200));
    const loop = await ClosedLoop.open({
      port: seen.port,
      connections: 4,
      requests: requests(50),
    });

    const { byStatus, seconds } = await loop.run();

    expect(byStatus).toEqual({ '200': 45, '401': 5 });
    expect(seen.most).toBeLessThanOrEqual(4);
    expect(seconds).toBeGreaterThan(0);
  });

  it('fails when the server hangs up', async () => {
    server = createServer((request) => request.socket.destroy());
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const loop = await ClosedLoop.open({ port, connections: 2, requests: requests(4) });

    await expect(loop.run()).rejects.toThrow(/closed|reset/i);
  });
});

describe('readReply', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n';

  it('waits until head and body are whole, and leaves what follows', () => {
    expect(readReply(Buffer.from(head.slice(0, 20)))).toBe('incomplete');
    expect(readReply(Buffer.from(`${head}abc`))).toBe('incomplete');
    expect(readReply(Buffer.from(`${head}abcdHTTP`))).toEqual({ status: '200', bytes: 42 });
  });

  it('refuses a reply whose end it cannot know', () => {
    expect(() => readReply(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('no content-length');
  });
});
