import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { claimPort } from './port-claims.ts';
import { StackFailure } from './stack-failure.ts';

const loopback = '127.0.0.1';

/** A port somebody wants to listen on, and the option that changes it. */
export interface WantedPort {
  readonly name: string;
  readonly port: number;
  readonly option: string;
}

/**
 * Asks the operating system for ports that nobody uses, all different.
 *
 * They stay promised to this process until it ends: a stack that starts beside it, in any checkout, is given others,
 * even while nobody listens on these yet or when a test has just killed who did.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  try {
    while (ports.length < count) {
      const server = await listen(0);
      servers.push(server);
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      if (claimPort(port)) ports.push(port);
    }
  } finally {
    await Promise.all(servers.map(closeServer));
  }
  return ports;
}

/** Refuses to start when any wanted port is taken, naming port, user and option of each. */
export async function checkPorts(wanted: readonly WantedPort[]): Promise<void> {
  const taken: WantedPort[] = [];
  for (const each of wanted) {
    if (!(await isFree(each.port))) taken.push(each);
  }
  if (taken.length === 0) return;
  const described = taken.map((each) => {
    const owner = ownerOf(each.port);
    const by = `by ${owner ?? 'a program that this system does not name to you'}`;
    return `port ${each.port} (wanted by ${each.name}) is taken ${by}; ${each.option} chooses another`;
  });
  throw new StackFailure(
    'port-taken',
    `Nothing was started, because ${described.join('; ')}. ` +
      'End the program that listens there, or pass the option with a free port, then start again.',
  );
}

async function isFree(port: number): Promise<boolean> {
  try {
    await closeServer(await listen(port));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return false;
    throw error;
  }
}

type Server = ReturnType<typeof createServer>;

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: loopback, exclusive: true }, resolve);
  });
  return server;
}

async function closeServer(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

/** Names the process that listens on a port, as far as this user may know it. */
export function ownerOf(port: number): string | undefined {
  try {
    return process.platform === 'linux' ? ownerFromProc(port) : ownerFromLsof(port);
  } catch {
    return undefined;
  }
}

function ownerFromProc(port: number): string | undefined {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    listeningInodes(readFileSync(table, 'utf8'), port),
  );
  const sockets = inodes.map((inode) => `socket:[${inode}]`);
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!holdsOneOf(pid, sockets)) continue;
    const command = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return `${command} (process ${pid})`;
  }
  return undefined;
}

/** The inodes of the sockets that listen on a port, from a table like `/proc/net/tcp`. */
export function listeningInodes(table: string, port: number): string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const listening = '0A';
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hexPort}`) && fields[3] === listening)
    .flatMap((fields) => fields[9] ?? []);
}

function holdsOneOf(pid: string, sockets: readonly string[]): boolean {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).some((fd) => sockets.includes(readlinkSync(`${folder}/${fd}`)));
  } catch {
    return false;
  }
}

function ownerFromLsof(port: number): string | undefined {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'];
  return ownerOfListing(execFileSync('lsof', args, { encoding: 'utf8', timeout: 5_000 }));
}

/** The first process of what `lsof -Fpc` prints. */
export function ownerOfListing(listing: string): string | undefined {
  const pid = /^p(\d+)$/m.exec(listing)?.[1];
  const command = /^c(.+)$/m.exec(listing)?.[1];
  return pid === undefined ? undefined : `${command ?? 'a program'} (process ${pid})`;
}
