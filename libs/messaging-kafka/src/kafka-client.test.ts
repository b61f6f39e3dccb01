import { createServer, Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createKafka } from './kafka-client.ts';

function noteErrors(): unknown[] {
  const errors: unknown[] = [];
  const ignore = (): void => undefined;
  Logger.overrideLogger({
    log: ignore,
    warn: ignore,
    debug: ignore,
    error: (entry: unknown) => errors.push(entry),
  });
  return errors;
}

describe('createKafka', () => {
  afterEach(() => {
    Logger.overrideLogger(false);
    vi.restoreAllMocks();
  });

  it("turns Nagle's algorithm off on every connection", async () => {
    noteErrors();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const noDelay = vi.spyOn(Socket.prototype, 'setNoDelay');
    const connected = new Promise<Socket>((resolve) => server.once('connection', resolve));

    const admin = createKafka({ brokers: [`127.0.0.1:${port}`], clientId: 'test' }).admin();
    const connecting = admin.connect().catch(() => undefined);
    const accepted = await connected;

    expect(noDelay.mock.calls).toEqual([[true]]);
    server.close();
    accepted.destroy();
    await admin.disconnect();
    await connecting;
  });

  it('raises an alert when a group skips messages that are gone, and is silent otherwise', () => {
    const errors = noteErrors();
    const log = createKafka({ brokers: ['127.0.0.1:1'], clientId: 'test' }).logger();

    log.error('Crash: KafkaJSConnectionError', { groupId: 'g' });
    log.error('Offset out of range, resetting to default offset', {
      groupId: 'g',
      topic: 't',
      partition: 3,
    });

    expect(errors).toMatchObject([{ alert: true, group: 'g', topic: 't', partition: 3 }]);
  });
});
