import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Test } from '@nestjs/testing';
import { systemClock } from '@sluice/clock';
import { NotExecuted, Rejected } from '@sluice/effects';
import { until } from '@sluice/messaging/testing';
import { HttpClient } from '@sluice/outbound-http';
import { afterEach, describe, expect, it } from 'vitest';
import { CybersourceGateway } from './cybersource.gateway.ts';
import { paymentCall } from './cybersource.conformance.ts';
import { HttpCybersourceGateway } from './http-cybersource.gateway.ts';

const open: { close(): unknown }[] = [];

async function gatewayTo(
  listener: RequestListener,
): Promise<{ gateway: HttpCybersourceGateway; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = new HttpClient({ name: 'cybersource', allowedHosts: [host], timeoutMs: 500 });
  open.push(http, server);
  const access = {
    baseUrl: `http://${host}`,
    signedHost: 'apitest.cybersource.com',
    merchantId: 'demo_merchant',
    keyId: 'key-1',
    sharedSecret: 'c2VjcmV0',
  };
  return { gateway: new HttpCybersourceGateway(http, access, systemClock), server };
}

function answering(status: number, body: unknown, headers = {}): RequestListener {
  return (request, response) => {
    request.resume().on('end', () => {
      response
        .writeHead(status, headers)
        .end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  };
}

async function errorFrom(listener: RequestListener): Promise<unknown> {
  const { gateway } = await gatewayTo(listener);
  return await gateway.createPayment(paymentCall('7010000000016241111')).catch((error) => error);
}

describe('HttpCybersourceGateway', () => {
  afterEach(async () => {
    for (const closable of open.splice(0)) await closable.close();
  });

  it.each([
    [401, { response: { rmsg: 'Authentication Failed' } }],
    [403, {}],
    [429, {}],
  ])('knows that a call answered %d was not executed', async (status, body) => {
    expect(await errorFrom(answering(status, body))).toBeInstanceOf(NotExecuted);
  });

  it('waits as long as Cybersource asks it to', async () => {
    const error = await errorFrom(answering(429, {}, { 'retry-after': '7' }));

    expect(error).toMatchObject({ retryAfterMs: 7_000 });
  });

  it('knows that a call that met no listener was not executed', async () => {
    const { gateway, server } = await gatewayTo(answering(201, {}));
    await new Promise((resolve) => server.close(resolve));

    const call = gateway.createPayment(paymentCall('7010000000016241111'));

    await expect(call).rejects.toBeInstanceOf(NotExecuted);
  });

  it('takes a 400 with a reason for a refusal, and names the fields', async () => {
    const details = [
      { field: 'orderInformation.amountDetails.totalAmount', reason: 'INVALID_DATA' },
    ];
    const body = {
      status: 'INVALID_REQUEST',
      reason: 'INVALID_DATA',
      message: 'Declined',
      details,
    };

    const error = await errorFrom(answering(400, body));

    expect(error).toBeInstanceOf(Rejected);
    expect(error).toMatchObject({
      code: 'INVALID_DATA',
      message: 'Declined (orderInformation.amountDetails.totalAmount)',
    });
  });

  it.each([
    ['a 502', answering(502, { reason: 'SERVER_TIMEOUT' })],
    ['a 201 that is HTML', answering(201, '<html></html>')],
    ['a 201 without a transaction', answering(201, {})],
    ['a 400 that is HTML', answering(400, '<html></html>')],
    ['a broken connection', (request) => request.socket.destroy()],
    ['silence', () => undefined],
    [
      'a merchant transaction id that was seen before',
      answering(400, {
        reason: 'INVALID_DATA',
        details: [{ field: 'clientReferenceInformation.transactionId' }],
      }),
    ],
    ['a duplicate request', answering(400, { reason: 'DUPLICATE_REQUEST' })],
  ] satisfies [string, RequestListener][])(
    'does not know what %s means',
    async (_what, listener) => {
      const error = await errorFrom(listener);

      expect(error).toBeInstanceOf(Error);
      expect(error).not.toBeInstanceOf(Rejected);
      expect(error).not.toBeInstanceOf(NotExecuted);
    },
  );

  it('sends token, amount, references and the signed host, and no trace of a card', async () => {
    const seen: { headers?: unknown; body?: Record<string, unknown> } = {};
    const { gateway } = await gatewayTo((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        seen.headers = request.headers;
        seen.body = JSON.parse(text) as Record<string, unknown>;
        response.writeHead(201).end(JSON.stringify({ id: '1', status: 'AUTHORIZED' }));
      });
    });

    await gateway.createPayment(paymentCall('7010000000016241111', { code: '01P' }));

    expect(seen.headers).toMatchObject({ host: 'apitest.cybersource.com' });
    expect(seen.body).toMatchObject({
      clientReferenceInformation: { code: '01P', comments: 'Order A-1 of demo-shop' },
      processingInformation: { capture: true },
      paymentInformation: { instrumentIdentifier: { id: '7010000000016241111' } },
      orderInformation: {
        amountDetails: { totalAmount: '12.50', currency: 'EUR' },
        billTo: { firstName: 'Ada', lastName: 'Lovelace', country: 'GB' },
      },
      deviceInformation: { ipAddress: '203.0.113.7' },
    });
    expect(JSON.stringify(seen.body)).not.toContain('"card"');
  });

  it('closes its connections when the service shuts down', async () => {
    const { gateway, server } = await gatewayTo(answering(201, { id: '1', status: 'AUTHORIZED' }));
    open.length = 0;
    const connections = promisify(server.getConnections.bind(server));
    const providers = [{ provide: CybersourceGateway, useFactory: () => gateway }];
    const module = await Test.createTestingModule({ providers }).compile();
    await gateway.createPayment(paymentCall('7010000000016241111'));
    expect(await connections()).toBe(1);

    await module.close();

    const isClosed = async (): Promise<boolean> => (await connections()) === 0;
    await until(isClosed, { what: 'the end of the connection', timeoutMs: 1000 });
    server.close();
  });
});
