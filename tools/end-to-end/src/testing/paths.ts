import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { ask } from '../http.ts';
import type { Json } from '../json.ts';
import {
  currencies,
  deviationsOf,
  placeOrder,
  refundFromBooks,
  type Outcome,
  type TestOrder,
} from '../orders.ts';
import { clientSignature } from '../signatures.ts';
import { untilEmpty } from '../wait.ts';
import type { WholeStack } from '../whole-stack.ts';

const outcomes: readonly Outcome[] = ['paid', 'declined', 'review', 'paid', 'refunded'];
export const settleMsMax = 90_000;

/** Waits until orders are as they must be; refunds are asked for as soon as their invoices are paid. */
export async function settled(
  stack: WholeStack,
  orders: readonly TestOrder[],
): Promise<readonly string[]> {
  const unasked = new Set(orders.filter(({ outcome }) => outcome === 'refunded'));
  return await untilEmpty(async () => {
    for (const order of unasked) {
      if (await refundFromBooks(stack, order).catch(() => false)) unasked.delete(order);
    }
    return await deviationsOf(stack, orders).catch((error: unknown) => [String(error)]);
  }, settleMsMax);
}

/** What a customer and a bookkeeper do on a good day, and webhooks as vendors really deliver them. */
export function pathSuite(stack: () => WholeStack): void {
  describe('the path of an order', () => {
    it.each(currencies)(
      'writes the five demo orders once and to the minor unit in %s',
      async (currency) => {
        const orders: TestOrder[] = [];
        for (const [index, outcome] of outcomes.entries()) {
          const isTwiceTold = index === 3;
          if (isTwiceTold) await stack().twins.deliver('cybersource', { duplicates: 2 });
          orders.push(await placeOrder(stack(), { outcome, currency }));
          if (isTwiceTold) await stack().twins.deliver('cybersource', { duplicates: 1 });
        }

        expect(await settled(stack(), orders)).toEqual([]);
      },
    );

    it('takes each webhook five times and in reverse order for one', async () => {
      const faults = { duplicates: 5, reverse: true, reverseWindowMs: 800 };
      await stack().twins.deliver('cybersource', faults);
      await stack().twins.deliver('zoho', faults);

      const orders = await Promise.all(outcomes.map((outcome) => placeOrder(stack(), { outcome })));

      expect(await settled(stack(), orders)).toEqual([]);
      await stack().twins.calm();
    });

    it('makes one break of one wrong line in the settlement report, and matches all others', async () => {
      const orders = [
        await placeOrder(stack(), { outcome: 'paid' }),
        await placeOrder(stack(), { outcome: 'refunded', currency: 'JPY' }),
      ];
      expect(await settled(stack(), orders)).toEqual([]);
      const { cybersource } = await stack().twins.ledgers();
      const altered = cybersource('payments').find(({ code }) => code === orders[0]?.paymentId);
      const body = { requestId: altered?.['id'], amount: '82.00' };
      await stack().twins.control('cybersource', '/plant-settlement-line', {
        method: 'POST',
        body,
      });

      const lineCount = await importSettlement(stack());

      await untilEmpty(async () => {
        const states = await settlementStates(stack());
        const open = states.filter((state) => state === 'open').map(String);
        return states.length < lineCount ? [...open, 'lines on their way'] : open;
      }, settleMsMax);
      const { body: breaks } = await ask(
        `${stack().services.urlOf('reconciliation')}/v1/breaks?withResolved=true`,
        { headers: { authorization: `Bearer ${stack().secret('ops-token')}` } },
      );
      expect(breaks).toMatchObject([{ kind: 'amount_differs', paymentId: orders[0]?.paymentId }]);
    });
  });
}

/** Has today's report imported and says how many lines it has. */
async function importSettlement(stack: WholeStack): Promise<number> {
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  const body = JSON.stringify({ reportDate: tomorrow });
  const headers = clientSignature(body, stack.secret('shop-signing-secret'));
  const url = `${stack.services.urlOf('cybersource-gateway')}/v1/settlement-imports`;
  const answer = await ask(url, { method: 'POST', body, headers });
  return Number(answer.body['lineCount']);
}

async function settlementStates(stack: WholeStack): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: stack.servers.databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<Json>('select state from reconciliation.settlement_line');
    return rows.map(({ state }) => state);
  } finally {
    await client.end();
  }
}
