import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultProxy } from './fault-proxy.ts';

let heard: string;
let echo: Server;
let proxy: FaultProxy;

beforeEach(async () => {
  heard = '';
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      socket.write(chunk);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await FaultProxy.listen('echo', (echo.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.close();
  echo.close();
});

async function open(): Promise<{ socket: Socket; said: () => string; ended: Promise<string> }> {
  const socket = connect({ port: proxy.port, host: '127.0.0.1' });
  let said = '';
  socket.on('data', (chunk) => {
    said += chunk.toString();
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  socket.once('close', () => resolve('closed'));
  await Promise.race([once(socket, 'connect').catch(() => undefined), ended]);
  return { socket, said: () => said, ended };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(5);
}

describe('FaultProxy', () => {
  it('passes bytes on in both directions', async () => {
    const { socket, said } = await open();

    socket.write('hello');

    await until(() => said() === 'hello');
  });

  it('cuts connections so that both ends hear of it, and lets new ones through', async () => {
    const { socket, said, ended } = await open();
    socket.write('a');
    await until(() => said() === 'a');

    expect(proxy.cut()).toBe(1);

    expect(await ended).toBe('ECONNRESET');
    const again = await open();
    again.socket.write('b');
    await until(() => again.said() === 'b');
  });

  it('holds everything back until it may pass', async () => {
    const { socket, said } = await open();
    socket.write('a');
    await until(() => said() === 'a');

    proxy.hold('everything');
    socket.write('b');
    await pause(60);
    expect(heard).toBe('a');
    proxy.pass();

    await until(() => said() === 'ab');
  });

  it('lets a request through and swallows its answer', async () => {
    const { socket, said, ended } = await open();
    proxy.hold('answers');

    socket.write('commit');
    await until(() => heard === 'commit');
    await pause(30);
    expect(said()).toBe('');
    proxy.cut();

    expect(await ended).toBe('ECONNRESET');
    proxy.pass();
    expect(said()).toBe('');
  });

  it('refuses connections and resets open ones', async () => {
    const first = await open();

    proxy.refuse();

    expect(await first.ended).toBe('ECONNRESET');
    const second = await open();
    expect(await second.ended).toBe('ECONNRESET');
  });

  it('resets a client whose server cannot be reached', async () => {
    proxy.upstreamPort = 1;

    const { ended } = await open();

    expect(await ended).toBe('ECONNRESET');
  });
});
