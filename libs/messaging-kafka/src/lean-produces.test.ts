import { createRequire } from 'node:module';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EncodedRequest } from './encoded-request.ts';
import { encodeProduce, type ProduceRequest } from './lean-produces.ts';

const load = createRequire(import.meta.url);
const kafkajsProduce = load('kafkajs/src/protocol/requests/produce/v7/request.js') as (
  request: ProduceRequest,
) => { encode(): Promise<EncodedRequest> };

const nowMs = 1_767_225_600_000;
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const messages = fc.record({
  key: fc.option(fc.oneof(bytes, text)),
  value: fc.option(bytes),
  headers: fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 20 }), text),
});
const requests = fc.record({
  acks: fc.constant(-1),
  timeout: fc.nat({ max: 2 ** 31 - 1 }),
  producerId: fc.constantFrom(undefined, -1),
  topicData: fc.array(
    fc.record({
      topic: fc.string({ unit: 'grapheme', maxLength: 249 }),
      partitions: fc.array(
        fc.record({
          partition: fc.nat({ max: 2 ** 31 - 1 }),
          messages: fc.array(messages, { minLength: 1, maxLength: 20 }),
        }),
        { maxLength: 4 },
      ),
    }),
    { maxLength: 3 },
  ),
});

function requestWith(
  message: object,
  more: Partial<Omit<ProduceRequest, 'topicData'>> = {},
): ProduceRequest {
  const messages = [{ value: Buffer.from('value'), ...message }];
  const topicData = [{ topic: 'payments.v1', partitions: [{ partition: 0, messages }] }];
  return { acks: -1, timeout: 10_000, topicData, ...more };
}

describe('encodeProduce', () => {
  beforeEach(() => void vi.spyOn(Date, 'now').mockReturnValue(nowMs));
  afterEach(() => vi.restoreAllMocks());

  it('writes the very bytes that kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (request) => {
        const theirs = await kafkajsProduce(request).encode();

        expect(encodeProduce(request, nowMs)?.buffer).toEqual(theirs.buffer);
      }),
    );
  });

  it('writes long batches as kafkajs does, whose numbers take several bytes', async () => {
    const many = Array.from({ length: 9_000 }, (_, index) => ({
      key: `key-${index}`,
      value: Buffer.alloc(index % 70 === 0 ? 20_000 : 10, index),
      headers: { ce_id: `event-${index}`, ce_subject: 'Ä'.repeat(index % 100) },
    }));
    const partitions = [{ partition: 3, messages: many }];
    const request = { acks: -1, timeout: 1, topicData: [{ topic: 'a.v1', partitions }] };

    const theirs = await kafkajsProduce(request).encode();

    const ours = encodeProduce(request, nowMs);
    expect(ours?.size()).toBe(theirs.size());
    expect(ours?.buffer.equals(theirs.buffer)).toBe(true);
  });

  it.each([
    ['a time of its own', requestWith({ timestamp: '1' })],
    ['several values of a header', requestWith({ headers: { twice: ['a', 'b'] } })],
    ['a header of bytes', requestWith({ headers: { raw: Buffer.from([255]) } })],
    ['compression', requestWith({}, { compression: 1 })],
    ['a transaction', requestWith({}, { transactionalId: 'transfer' })],
    ['an idempotent producer', requestWith({}, { producerId: 7n })],
  ])('leaves %s to kafkajs', (_name, request) => {
    expect(encodeProduce(requestWith({}), nowMs)).toBeDefined();
    expect(encodeProduce(request, nowMs)).toBeUndefined();
  });
});
