import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { openDoor } from '../program-door.ts';
import { setting } from '../program-settings.ts';

/** The least that keeps a webhook: Node's own server, one prepared statement, no framework. */
const key = createSecretKey(Buffer.from(setting('WEBHOOK_KEY'), 'base64'));
const pool = new pg.Pool({ connectionString: setting('DATABASE_URL'), max: 10 });
const windowMs = 5 * 60_000;

await pool.query(`
  create table if not exists webhook (
    id bigint generated always as identity primary key,
    event_type text not null,
    transaction_id text not null,
    payload jsonb not null,
    received_at timestamptz not null default now(),
    unique (event_type, transaction_id)
  )`);

interface Notification {
  readonly eventType: string;
  readonly payload: { readonly data: { readonly id: string } };
}

async function receive(request: IncomingMessage): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (!isSigned(request, body)) return 401;
  const { eventType, payload } = JSON.parse(body.toString()) as Notification;
  await pool.query({
    name: 'insert-webhook',
    text: `insert into webhook (event_type, transaction_id, payload) values ($1, $2, $3)
           on conflict do nothing`,
    values: [eventType, payload.data.id, JSON.stringify(payload)],
  });
  return 200;
}

function isSigned(request: IncomingMessage, body: Buffer): boolean {
  const header = String(request.headers['v-c-signature']);
  const [, time = '', signature = ''] = /^t=(\d+);keyId=[^;]+;sig=(.+)$/.exec(header) ?? [];
  if (Math.abs(Date.now() - Number(time)) > windowMs) return false;
  const expected = createHmac('sha256', key).update(`${time}.`).update(body).digest();
  const given = Buffer.from(signature, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const server = createServer((request, response) => {
  receive(request).then(
    (status) => response.writeHead(status, { 'content-length': 2 }).end('{}'),
    () => response.writeHead(500, { 'content-length': 2 }).end('{}'),
  );
});
server.listen(0, '127.0.0.1', () => {
  openDoor({}, { port: (server.address() as AddressInfo).port });
});
