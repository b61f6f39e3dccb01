import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ask } from '../http.ts';
import { placeOrder, type TestOrder, type WantedOrder } from '../orders.ts';
import type { Fault } from '../twins.ts';
import { untilFound } from '../wait.ts';
import { writingCalls } from '../writing-calls.ts';
import type { WholeStack } from '../whole-stack.ts';
import { settled } from './paths.ts';

const wanted: readonly WantedOrder[] = [
  { outcome: 'paid' },
  { outcome: 'refunded', currency: 'KWD' },
  { outcome: 'declined', currency: 'JPY' },
  { outcome: 'review' },
];

/** Everything that can break while orders are on their way. */
export function faultSuite(stack: () => WholeStack): void {
  describe('orders on their way', () => {
    afterEach(async () => {
      await stack().twins.calm();
    });

    async function place(): Promise<TestOrder[]> {
      return await Promise.all(wanted.map((order) => placeOrder(stack(), order)));
    }

    it('survive kill -9 of every service', async () => {
      const slow: Fault = { route: '*', kind: 'delay', delayMs: 150 };
      await stack().twins.fault('zoho', [slow]);
      await stack().twins.fault('cybersource', [slow]);
      const placing: Promise<TestOrder[]>[] = [];
      const starting: Promise<void>[] = [];

      for (const name of stack().serviceNames()) {
        placing.push(place());
        await pause(700);
        starting.push(stack().crash(name));
        await pause(1500);
      }

      await Promise.all(starting);
      const orders = (await Promise.all(placing)).flat();
      expect(await settled(stack(), orders)).toEqual([]);
    });

    it('survive a reply that is lost after the commit, at every call that writes', async () => {
      for (const twin of ['zoho', 'cybersource', 'shop'] as const) {
        const faults = writingCalls[twin].map((route): Fault => ({
          route,
          kind: 'reset_after',
          times: 1,
        }));
        await stack().twins.fault(twin, faults);
      }

      const newArticle = await placeOrder(stack(), { outcome: 'paid', isNewArticle: true });
      const orders = [newArticle, ...(await place())];

      expect(await settled(stack(), orders)).toEqual([]);
      for (const twin of ['zoho', 'cybersource', 'shop'] as const) {
        const { faults } = await stack().twins.control(twin, '/faults');
        expect(faults).toEqual([]);
      }
    });

    it('survive a revoked access token', async () => {
      await stack().twins.control('zoho', '/revoke-tokens', { method: 'POST', body: {} });

      const orders = await place();

      expect(await settled(stack(), orders)).toEqual([]);
    });

    it('survive a storm of 429 from Zoho', async () => {
      const body = {
        code: 1070,
        message: 'Too many concurrent requests',
        errorCode: 'TOO_MANY_REQUESTS',
      };
      await stack().twins.fault('zoho', [{ route: '*', kind: 'status', status: 429, body }]);

      const orders = await place();
      await pause(4_000);
      await stack().twins.calm();

      expect(await settled(stack(), orders)).toEqual([]);
    });

    it('survive a restart of Kafka', async () => {
      const kafka = stack().servers.processes.kafka;
      await kafka?.stop();
      const orders = await place();
      await pause(2_000);
      await kafka?.start();

      expect(await settled(stack(), orders)).toEqual([]);
    });

    it('survive kill -9 of PostgreSQL', async () => {
      const postgres = stack().servers.processes.postgres;
      const first = await place();
      await postgres?.kill('SIGKILL');
      const second = place();
      const unready = await untilFound('A readiness of false', async () => {
        const { status } = await ask(`${stack().services.urlOf('workflow-engine')}/readyz`);
        return status === 200 ? undefined : status;
      });
      await postgres?.start();

      expect(unready).toBe(503);
      expect(await settled(stack(), [...first, ...(await second)])).toEqual([]);
    });
  });
}
