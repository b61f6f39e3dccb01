import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { checkPorts, freePorts } from './ports.ts';

const servers: ReturnType<typeof createServer>[] = [];

async function occupied(): Promise<number> {
  const [port = 0] = await freePorts(1);
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return port;
}

describe('checkPorts', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  it('accepts ports that nobody uses', async () => {
    const [port = 0] = await freePorts(1);

    await expect(checkPorts([{ name: 'console', port, option: '--console-port' }])).resolves.toBe(
      undefined,
    );
  });

  it('names the port, who wants it, and the option that changes it', async () => {
    const port = await occupied();

    await expect(
      checkPorts([{ name: 'console', port, option: '--console-port' }]),
    ).rejects.toMatchObject({
      code: 'port-taken',
      message: expect.stringMatching(
        new RegExp(`port ${port} \\(wanted by console\\) is taken.*; --console-port chooses`),
      ),
    });
  });

  it.runIf(process.platform === 'linux')('names the process that holds the port', async () => {
    const port = await occupied();

    await expect(checkPorts([{ name: 'kafka', port, option: '--kafka-port' }])).rejects.toThrow(
      `(process ${process.pid})`,
    );
  });

  it('names all taken ports at once', async () => {
    const wanted = [
      { name: 'kafka', port: await occupied(), option: '--kafka-port' },
      { name: 'zipkin', port: await occupied(), option: '--zipkin-port' },
    ];

    await expect(checkPorts(wanted)).rejects.toThrow(/--kafka-port.*--zipkin-port/);
  });
});

describe('freePorts', () => {
  it('gives ports that are all different', async () => {
    const ports = await freePorts(20);

    expect(new Set(ports).size).toBe(20);
  });
});
