import { openDoor } from '../program-door.ts';
import {
  type WebhookPlan,
  kindAt,
  signatureHeader,
  webhookBody,
} from '../ingress-http/webhook-plan.ts';
import { ClosedLoop, type LoadResult } from './closed-loop.ts';

/** What to send where. */
interface LoadOrder extends WebhookPlan {
  readonly port: number;
  readonly connections: number;
  readonly keyId: string;
  /** Base64. */
  readonly key: string;
}

let loop: ClosedLoop | undefined;

/** Signs everything and opens the connections, so that only sending is timed. */
async function load(order: LoadOrder): Promise<void> {
  const signing = { keyId: order.keyId, key: Buffer.from(order.key, 'base64'), atMs: Date.now() };
  const requests = Array.from({ length: order.count }, (_nothing, place) => {
    const body = webhookBody(order, place);
    const signature = signatureHeader(body, kindAt(order, place), signing);
    return Buffer.from(requestText(order.port, body, signature));
  });
  loop = await ClosedLoop.open({ port: order.port, connections: order.connections, requests });
}

function requestText(port: number, body: string, signature: string): string {
  const lines = [
    'POST /webhooks/cybersource HTTP/1.1',
    `host: 127.0.0.1:${port}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    `v-c-signature: ${signature}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

async function go(): Promise<LoadResult> {
  if (loop === undefined) throw new Error('nothing is loaded');
  const result = await loop.run();
  loop = undefined;
  return result;
}

openDoor({ load, go });
