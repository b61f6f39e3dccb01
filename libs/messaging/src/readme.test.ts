import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localCodec, paymentFacts } from '@sluice/contracts/testing';
import { describe, expect, it } from 'vitest';
import { toWire } from './envelope.ts';
import { BookCapture } from './fixtures/smallest-example.ts';
import { startLedger } from './fixtures/smallest-service.ts';
import { InMemoryBroker, InMemoryParkingStore, until } from './testing/index.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

describe('the README', () => {
  it.each(['smallest-example.ts', 'smallest-service.ts'])('shows %s as it is', (name) => {
    const source = readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

    expect(readme).toContain(`\`\`\`ts\n${source}\`\`\`\n`);
  });

  it('shows a service that books what is published', async () => {
    const broker = new InMemoryBroker();
    for (const topic of ['payments.v1', 'payments.v1.ledger.book-capture.dlt']) {
      broker.createTopic(topic);
    }
    const codec = await localCodec();
    const parking = new InMemoryParkingStore();
    const app = await startLedger({ broker, publisher: broker, codec, parking });
    const amount = { minor: 1250n, currency: 'EUR' };
    const event = {
      id: 'event-1',
      type: 'sluice.payments.v1.PaymentCaptured',
      source: 'shop',
      tenant: 'demo',
      key: 'payment-1',
      time: 0n,
      data: paymentFacts({ amount }),
    } as const;

    await broker.publish([toWire(event, codec)]);

    const { booked } = app.get(BookCapture);
    await until(() => booked.length === 1, { what: 'the booking' });
    expect(booked).toEqual(['payment-1 1250 EUR']);
    await app.close();
  });
});
