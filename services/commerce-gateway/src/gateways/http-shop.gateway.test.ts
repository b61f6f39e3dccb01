import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { Test } from '@nestjs/testing';
import { systemClock } from '@sluice/clock';
import { until } from '@sluice/messaging/testing';
import { HttpClient } from '@sluice/outbound-http';
import { describe, expect, it } from 'vitest';
import { HttpShopGateway } from './http-shop.gateway.ts';
import { ShopDirectory } from './shop-directory.ts';
import { ShopGateway } from './shop.gateway.ts';

describe('HttpShopGateway', () => {
  it('closes its connections when the service shuts down', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.end('{}'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const connections = promisify(server.getConnections.bind(server));
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const shops = new ShopDirectory({
      urls: new Map([['demo-shop', `http://${host}`]]),
      secrets: new Map([['demo-shop', 'secret']]),
    });
    const client = new HttpClient({ name: 'shop', allowedHosts: [host] });
    const gateway = new HttpShopGateway(client, systemClock, shops);
    const providers = [{ provide: ShopGateway, useFactory: () => gateway }];
    const module = await Test.createTestingModule({ providers }).compile();
    const news = { shopId: 'demo-shop', orderNumber: '1', status: 'paid', detail: '', key: 'k' };
    await gateway.setStatus(news);
    expect(await connections()).toBe(1);

    await module.close();

    const isClosed = async (): Promise<boolean> => (await connections()) === 0;
    await until(isClosed, { what: 'the end of the connection', timeoutMs: 1000 });
    server.close();
  });
});
