import { describe, expect, it } from 'vitest';
import { ask, type Answer } from '../http.ts';
import { at, listAt, type Json } from '../json.ts';
import { placeOrder } from '../orders.ts';
import { clientSignature, notificationHeaders } from '../signatures.ts';
import { Topics, type TopicRecord } from '../topics.ts';
import { untilFound } from '../wait.ts';
import type { WholeStack } from '../whole-stack.ts';
import { settled } from './paths.ts';

const unknownSchemaId = 987_654;
let orderCount = 0;

/** Bytes with the wire format's header for a schema that nobody has registered. */
function ofUnknownSchema(): Buffer {
  const header = Buffer.alloc(5);
  header.writeInt32BE(unknownSchemaId, 1);
  return Buffer.concat([header, Buffer.from('whatever')]);
}

/** Input that must neither get lost nor do harm. Keys broken here are told to the checker. */
export function badInputSuite(stack: () => WholeStack, brokenKeys: string[]): void {
  const deadLetterOf = async (topic: string, isIt: (record: TopicRecord) => boolean) =>
    await untilFound(`A dead letter on ${topic}`, async () => {
      const records = await new Topics(stack().servers.kafkaBrokers).read([topic]);
      return records.find(isIt);
    });

  const signed = async (path: string, body: Json, headers = {}): Promise<Answer> => {
    const text = JSON.stringify(body);
    const gateway = path === '/v1/orders' ? 'commerce-gateway' : 'cybersource-gateway';
    return await ask(`${stack().services.urlOf(gateway)}${path}`, {
      method: 'POST',
      body: text,
      headers: { ...clientSignature(text, stack().secret('shop-signing-secret')), ...headers },
    });
  };

  const orderOf = (email: string): Json => {
    orderCount += 1;
    return {
      shopId: 'demo-shop',
      orderNumber: `B-${orderCount}`,
      placedAt: new Date().toISOString(),
      currency: 'EUR',
      customer: {
        customerId: `B-${orderCount}`,
        email,
        fullName: 'Bea Bad',
        billingAddress: 'Lindenallee 12\n10115 Berlin\nDE',
      },
      lines: [{ sku: 'TEA-001', name: 'Green tea, 250 g', quantity: 1, unitPrice: '12.50' }],
      total: '12.50',
    };
  };

  describe('bad input', () => {
    it('of an unknown event type is stored and becomes an unmapped dead letter that the console lists', async () => {
      const body = JSON.stringify({
        organizationId: 'demo_merchant',
        productId: 'cardProcessing',
        eventType: 'payments.unheard.of',
        eventDate: new Date().toISOString(),
        payload: { data: { id: '7600000000000000000001' } },
      });
      const key = {
        keyId: stack().secret('cybersource-webhook-key-id'),
        key: stack().secret('cybersource-webhook-key'),
      };

      const { status } = await ask(
        `${stack().services.urlOf('cybersource-gateway')}/webhooks/cybersource`,
        { method: 'POST', body, headers: notificationHeaders(body, key) },
      );

      expect(status).toBe(200);
      const listed = await untilFound('The dead letter in the console', async () => {
        const url = `${stack().services.urlOf('console')}/api/v1/dead-letters?code=MAPPING_UNMAPPED`;
        return listAt((await ask(url)).body, 'items')[0];
      });
      expect(listed).toMatchObject({
        code: 'MAPPING_UNMAPPED',
        message: expect.stringContaining('payments.unheard.of'),
        originalTopic: 'cybersource.notifications.v1',
      });
      brokenKeys.push(String(listed['key']));
    });

    it('without a required field becomes a dead letter that names the field', async () => {
      const placed = await signed('/v1/orders', orderOf(' '));
      const orderId = String(placed.body['orderId']);
      brokenKeys.push(orderId);

      const letter = await deadLetterOf(
        'commerce.notifications.v1.canonical-mapper.map-order.dlt',
        ({ key }) => key === orderId,
      );

      expect(letter.headers['sluice_failure-code']).toBe('MAPPING_REQUIRED_FIELD');
      expect(letter.headers['kafka_dlt-exception-message']).toContain('customer.email');
    });

    it('that Zoho refuses parks the command with the message of Zoho', async () => {
      const order = orderOf('no address at all');
      const placed = await signed('/v1/orders', order);
      const orderId = String(placed.body['orderId']);
      brokenKeys.push(orderId);
      const { cybersource } = await stack().twins.ledgers();
      const token = { type: 'customer', id: cybersource('customers')[0]?.['id'] };
      const { orderNumber, shopId } = order;
      const payment = { orderId, orderNumber, shopId, amount: '12.50', currency: 'EUR', token };
      const billTo = { fullName: 'Bea Bad', email: 'bea@shop.test', country: 'DE' };

      const paid = await signed(
        '/v1/payments',
        { ...payment, billTo },
        { 'idempotency-key': orderId },
      );

      expect(paid.body['status']).toBe('captured');
      const parked = await untilFound('The parked command', async () => {
        const url = `${stack().services.urlOf('zoho-gateway')}/ops/parked-keys`;
        const headers = { authorization: `Bearer ${stack().secret('ops-token')}` };
        const { body } = await ask(url, { headers });
        return listAt({ body }, 'body').find(({ key }) => key === orderId);
      });
      expect(parked).toMatchObject({
        state: 'quarantined',
        causeMessage: expect.stringContaining('Invalid value passed for Email'),
      });
    });

    it.each([
      ['bytes that are no event', Buffer.from('no Avro, nowhere'), 'CODEC_NOT_AVRO'],
      ['an event of an unknown schema', ofUnknownSchema(), 'CODEC_UNKNOWN_SCHEMA'],
    ])('of %s becomes a dead letter with the raw bytes', async (name, bytes, code) => {
      await new Topics(stack().servers.kafkaBrokers).write('payments.v1', name, bytes);

      const letter = await deadLetterOf(
        'payments.v1.fraud-router.score-payment.dlt',
        ({ key }) => key === name,
      );

      expect(letter.headers['sluice_failure-code']).toBe(code);
      expect(letter.value.equals(bytes)).toBe(true);
    });

    it('that needs the registry while it is down waits: not ready, and on by itself afterwards', async () => {
      const readyUrl = `${stack().services.urlOf('fraud-router')}/readyz`;
      await stack().servers.processes.registry?.stop();
      const bytes = ofUnknownSchema();
      bytes.writeInt32BE(unknownSchemaId + 1, 1);
      await new Topics(stack().servers.kafkaBrokers).write('orders.v1', 'while down', bytes);
      const down = await untilFound('A readiness of false', async () => {
        const answer = await ask(readyUrl);
        return answer.status === 200 ? undefined : answer;
      });
      const order = await placeOrder(stack(), { outcome: 'review' });

      await stack().servers.processes.registry?.start();

      expect(down.status).toBe(503);
      expect(at(down.body, 'checks')).toBeDefined();
      await untilFound('A readiness of true', async () =>
        (await ask(readyUrl)).status === 200 ? true : undefined,
      );
      expect(await settled(stack(), [order])).toEqual([]);
    });
  });
}
