import { localCodec, paymentFacts } from '@sluice/contracts/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromWire, isoToMicros, microsToIso, toWire } from './envelope.ts';
import type { EventRecord, ReceivedMessage, WireMessage } from './event-record.ts';

const codec = await localCodec();

function eventOf(overrides: Partial<EventRecord> = {}): EventRecord {
  return {
    id: 'event-1',
    type: 'sluice.payments.v1.PaymentCaptured',
    source: 'canonical-mapper',
    tenant: 'demo',
    key: 'payment-1',
    time: 1_768_478_400_123_456n,
    version: 3n,
    causationId: 'cause-1',
    correlationId: 'order-1',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    data: paymentFacts(),
    ...overrides,
  };
}

function received(message: WireMessage): ReceivedMessage {
  return { ...message, partition: 0, offset: 0n, timestampMs: 0n };
}

describe('toWire', () => {
  it('writes CloudEvents headers in binary mode', () => {
    const { topic, key, headers } = toWire(eventOf(), codec);

    expect(topic).toBe('payments.v1');
    expect(key).toBe('payment-1');
    expect(headers).toMatchObject({
      ce_specversion: '1.0',
      ce_id: 'event-1',
      ce_type: 'sluice.payments.v1.PaymentCaptured',
      ce_time: '2026-01-15T12:00:00.123456Z',
      ce_partitionkey: 'payment-1',
      ce_tenant: 'demo',
      ce_version: '3',
      ce_correlationid: 'order-1',
    });
  });

  it('gives back the same event through fromWire', async () => {
    expect(await fromWire(received(toWire(eventOf(), codec)), codec)).toEqual(eventOf());
  });

  it('refuses an envelope over its limits', () => {
    const tooLong = eventOf({ correlationId: 'x'.repeat(2_000) });

    expect(() => toWire(tooLong, codec)).toThrow(
      expect.objectContaining({ code: 'ENVELOPE_TOO_LARGE' }),
    );
  });

  it('refuses a card number in free text and says nothing of its digits', () => {
    const leaking = eventOf({ data: paymentFacts({ reasonText: 'card 4111 1111 1111 1111' }) });

    expect(() => toWire(leaking, codec)).toThrow(
      expect.objectContaining({
        code: 'CARD_NUMBER_REFUSED',
        message: expect.not.stringContaining('4111') as string,
      }),
    );
  });

  it('lets ids of vendors pass, also inside JSON text', () => {
    const cardLike = '4111111111111111';
    const command: EventRecord = {
      ...eventOf(),
      type: 'sluice.zoho.v1.CommandRequested',
      data: {
        commandId: cardLike,
        effectKey: 'run/task/0',
        function: 'zoho.createInvoice:1',
        arguments: JSON.stringify({ contactId: cardLike, lines: [{ item_id: cardLike }] }),
        runId: 'run',
        task: 'do/0',
        businessKey: 'order-1',
        requestedAt: 0n,
      },
    };

    expect(toWire(command, codec).topic).toBe('zoho.commands.v1');
    const leaking = { ...command, data: { ...command.data, arguments: `{"note":"${cardLike}"}` } };
    expect(() => toWire(leaking as EventRecord, codec)).toThrow(
      expect.objectContaining({ code: 'CARD_NUMBER_REFUSED' }),
    );
  });
});

describe('fromWire', () => {
  const good = toWire(eventOf(), codec);

  it.each(['ce_id', 'ce_type', 'ce_source', 'ce_tenant', 'ce_time'])(
    'calls a message without %s poison',
    async (name) => {
      const { [name]: _, ...headers } = good.headers;

      await expect(fromWire(received({ ...good, headers }), codec)).rejects.toMatchObject({
        name: 'PoisonMessage',
        code: 'ENVELOPE_INCOMPLETE',
      });
    },
  );

  it.each([
    [
      'another type than its value',
      { ce_type: 'sluice.orders.v1.OrderPlaced' },
      'ENVELOPE_MISMATCH',
    ],
    ['a time that is none', { ce_time: 'yesterday' }, 'ENVELOPE_INCOMPLETE'],
    ['a version that is none', { ce_version: '-1' }, 'ENVELOPE_INCOMPLETE'],
    ['a header that no database stores', { ce_subject: 'a\0b' }, 'ENVELOPE_UNREADABLE'],
    ['a header of a megabyte', { hostile: 'x'.repeat(1_000_000) }, 'ENVELOPE_TOO_LARGE'],
  ])('calls a message with %s poison', async (_, extra, code) => {
    const message = received({ ...good, headers: { ...good.headers, ...extra } });

    await expect(fromWire(message, codec)).rejects.toMatchObject({ name: 'PoisonMessage', code });
  });

  it('calls a tombstone poison', async () => {
    await expect(fromWire(received({ ...good, value: null }), codec)).rejects.toMatchObject({
      code: 'CODEC_NOT_AVRO',
    });
  });
});

describe('microsToIso', () => {
  it('is undone by isoToMicros for every instant', () => {
    const instants = fc.bigInt({ min: -10_000_000_000_000_000n, max: 32_503_680_000_000_000n });
    fc.assert(
      fc.property(instants, (micros) => {
        expect(isoToMicros(microsToIso(micros))).toBe(micros);
      }),
    );
  });

  it('reads other precisions and offsets of RFC 3339', () => {
    expect(isoToMicros('1970-01-01T01:00:00+01:00')).toBe(0n);
    expect(isoToMicros('1970-01-01T00:00:00.5Z')).toBe(500_000n);
    expect(isoToMicros('1970-01-01T00:00:00.123456789Z')).toBe(123_456n);
  });
});
