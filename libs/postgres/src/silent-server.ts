import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { ClientBase } from 'pg';

interface Wire extends EventEmitter {
  readonly stream: Socket;
}

/**
 * Ends a connection whose server has been asked something and says nothing for so long.
 *
 * The server itself bounds its statements; this is for a server, or a network, that has gone silent,
 * which TCP would notice only after many minutes. A connection that waits for its next statement is left alone.
 */
export function endWhenSilent(client: ClientBase, silenceMsMax: number): void {
  const { connection } = client as unknown as { connection: Wire };
  const { stream } = connection;
  let bytesAskedBefore = stream.bytesWritten;
  connection.on('readyForQuery', () => {
    bytesAskedBefore = stream.bytesWritten;
  });
  stream.setTimeout(silenceMsMax);
  stream.on('timeout', () => {
    const isWaiting = stream.bytesWritten > bytesAskedBefore;
    if (isWaiting)
      stream.destroy(new Error(`Connection terminated: silent for ${silenceMsMax} ms`));
  });
}
