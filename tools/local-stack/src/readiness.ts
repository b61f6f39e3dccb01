import { connect } from 'node:net';

const probeTimeoutMs = 2_000;

/** Says whether an address answers with a status below 400. */
export async function answersHttp(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/**
 * Says whether a broker answers the smallest request of Kafka's protocol, `ApiVersions` version 0.
 *
 * An open port is not enough: the broker opens it before it serves requests.
 */
export async function answersKafka(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const settle = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(probeTimeoutMs, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.once('data', () => settle(true));
    socket.once('connect', () => socket.write(apiVersionsRequest()));
  });
}

function apiVersionsRequest(): Buffer {
  const body = Buffer.alloc(10);
  const apiVersionsKey = 18;
  const noClientId = -1;
  body.writeInt16BE(apiVersionsKey, 0);
  body.writeInt16BE(0, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(noClientId, 8);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length, 0);
  return Buffer.concat([length, body]);
}
