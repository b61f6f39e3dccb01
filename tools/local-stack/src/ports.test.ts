import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { checkPorts, freePorts, listeningInodes, ownerOf, ownerOfListing } from './ports.ts';

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

  it('names the process that holds the port, or says that this system does not', async () => {
    const port = await occupied();
    // Linux always tells of one's own processes; elsewhere it depends on lsof being there.
    const isTold = process.platform === 'linux' || ownerOf(port) !== undefined;

    await expect(checkPorts([{ name: 'kafka', port, option: '--kafka-port' }])).rejects.toThrow(
      isTold ? `(process ${process.pid})` : 'by a program that this system does not name to you',
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

describe('listeningInodes', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:0FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8123 1',
    '   1: 0100007F:0FA0 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 8124 1',
    '   2: 0100007F:1FA0 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8125 1',
    '',
  ].join('\n');

  it('finds the socket that listens, and not its connections', () => {
    expect(listeningInodes(table, 4000)).toEqual(['8123']);
  });

  it('finds nothing for a port that nobody listens on', () => {
    expect(listeningInodes(table, 4001)).toEqual([]);
  });
});

describe('ownerOfListing', () => {
  it('names program and process', () => {
    expect(ownerOfListing('p812\ncnode\nf21\n')).toBe('node (process 812)');
  });

  it('names the process alone when there is no program, and nothing when nothing is listed', () => {
    expect(ownerOfListing('p812\n')).toBe('a program (process 812)');
    expect(ownerOfListing('')).toBeUndefined();
  });
});

/** Below those that the system gives away, so that no other test can have it. */
const unclaimed = 20_011;
const claimScript = `
  const [file, port] = process.argv.slice(1);
  const { claimPort } = await import(file);
  process.stdout.write(String(claimPort(Number(port))));`;

describe('freePorts', () => {
  it('gives ports that are all different', async () => {
    const ports = await freePorts(20);

    expect(new Set(ports).size).toBe(20);
  });

  it('keeps them from other processes until this one ends', async () => {
    const claims = fileURLToPath(new URL('port-claims.ts', import.meta.url));
    const claimedElsewhere = (port: number): string =>
      execFileSync(
        process.execPath,
        ['--input-type=module', '-e', claimScript, claims, String(port)],
        { encoding: 'utf8' },
      );
    const [ours = 0] = await freePorts(1);

    expect(claimedElsewhere(ours)).toBe('false');
    expect(claimedElsewhere(unclaimed)).toBe('true');
    expect(claimedElsewhere(unclaimed)).toBe('true');
  });
});
