import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { ask } from '../http.ts';
import { at, listAt, type Json } from '../json.ts';
import { placeOrder } from '../orders.ts';
import { untilEmpty } from '../wait.ts';
import type { WholeStack } from '../whole-stack.ts';
import { settled } from './paths.ts';

const traceWaitMsMax = 30_000;

/** What one payment leaves in the trace viewer. */
export function traceSuite(stack: () => WholeStack): void {
  describe('the trace of one payment', () => {
    it('is connected over HTTP, outbox, Kafka and effects, from the request to the word to the shop', async () => {
      const order = await placeOrder(stack(), { outcome: 'paid' });
      expect(await settled(stack(), [order])).toEqual([]);
      const traceId = await traceOf(stack(), order.paymentId);
      let spans: readonly Json[] = [];

      const missing = await untilEmpty(async () => {
        const { body } = await ask(`${stack().servers.zipkinUrl}/api/v2/trace/${traceId}`);
        spans = listAt({ body }, 'body');
        return missingFrom(spans);
      }, traceWaitMsMax);

      expect(missing).toEqual([]);
      const roots = spans.filter((span) => span['parentId'] === undefined);
      expect(roots.map(({ name }) => name)).toEqual(['post /v1/payments']);
    });
  });
}

async function traceOf(stack: WholeStack, paymentId: string): Promise<string> {
  const client = new pg.Client({ connectionString: stack.servers.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ traceparent: string }>(
      'select traceparent from cybersource_gateway.payment where payment_id = $1',
      [paymentId],
    );
    return rows[0]?.traceparent.split('-')[1] ?? '';
  } finally {
    await client.end();
  }
}

const hops = [
  'cybersource-gateway: post /v1/payments',
  'cybersource-gateway: effect cybersource.payment',
  'cybersource-gateway: post /pts/v2/payments',
  'cybersource-gateway: create cybersource.notifications.v1',
  'canonical-mapper: process cybersource.notifications.v1',
  'fraud-router: process payments.v1',
  'workflow-engine: process payments.v1',
  'workflow-engine: create zoho.commands.v1',
  'zoho-gateway: process zoho.commands.v1',
  'zoho-gateway: effect zoho.books.recordpayment:1.0.0',
  'zoho-gateway: create zoho.outcomes.v1',
  'reconciliation: process zoho.outcomes.v1',
  'workflow-engine: process zoho.outcomes.v1',
  'workflow-engine: create commerce.commands.v1',
  'commerce-gateway: effect commerce.setorderstatus:1.0.0',
  'workflow-engine: process commerce.outcomes.v1',
];

/** Hops that are not there yet, and spans whose parent is not. */
function missingFrom(spans: readonly Json[]): string[] {
  const ids = new Set(spans.map(({ id }) => id));
  const names = new Set(
    spans.map(
      (span) => `${String(at(span, 'localEndpoint.serviceName'))}: ${String(span['name'])}`,
    ),
  );
  const orphans = spans
    .filter(({ parentId }) => parentId !== undefined && !ids.has(parentId))
    .map(({ name }) => `the parent of ${String(name)}`);
  return [...hops.filter((hop) => !names.has(hop)), ...orphans];
}
