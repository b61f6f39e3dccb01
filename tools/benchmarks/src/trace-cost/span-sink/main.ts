import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openDoor } from '../../program-door.ts';

/** Takes spans in Zipkin's format, as a collector does, and only counts them. */
const marker = '"traceId"';
let spans = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    spans += Buffer.concat(chunks).toString('latin1').split(marker).length - 1;
    response.writeHead(202).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  openDoor({ takeCount }, { port });
});

/** Spans since the last call. */
async function takeCount(): Promise<number> {
  const count = spans;
  spans = 0;
  return await Promise.resolve(count);
}
