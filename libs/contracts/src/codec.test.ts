import { DependencyDown, PermanentFailure, PoisonMessage } from '@sluice/failure';
import { describe, expect, it } from 'vitest';
import { EventCodec, SchemaIds, eventTypes } from './index.ts';
import { LocalSchemaIds, localCodec, orderPlaced, paymentFacts } from './testing/index.ts';

describe('EventCodec', () => {
  it('returns what it wrote, with longs beyond 2^53 unharmed', async () => {
    const codec = await localCodec();
    const event = paymentFacts({ amount: { minor: 9_007_199_254_740_993n, currency: 'JPY' } });

    const { payload } = codec.encode('sluice.payments.v1.PaymentCaptured', event);
    const decoded = await codec.decode(payload);

    expect(decoded.type).toBe('sluice.payments.v1.PaymentCaptured');
    expect(decoded.data).toEqual(event);
  });

  it('writes Confluent wire format: a zero byte, the id in four bytes, then Avro', async () => {
    const codec = await localCodec();

    const { payload, schemaId } = codec.encode('sluice.orders.v1.OrderPlaced', orderPlaced());

    expect(payload.readUInt8(0)).toBe(0);
    expect(payload.readInt32BE(1)).toBe(schemaId);
  });

  it('writes a value of any length, and leaves what it wrote before alone', async () => {
    const codec = await localCodec();
    const long = orderPlaced({ note: 'é'.repeat(50_000) });

    const short = codec.encode('sluice.orders.v1.OrderPlaced', orderPlaced()).payload;
    const { payload, schemaId } = codec.encode('sluice.orders.v1.OrderPlaced', long);

    expect(payload.readInt32BE(1)).toBe(schemaId);
    expect((await codec.decode(payload)).data).toEqual(long);
    expect((await codec.decode(short)).data).toEqual(orderPlaced());
  });

  it('reads an earlier revision and fills in the defaults of new fields', async () => {
    const ids = new LocalSchemaIds();
    const current = JSON.parse(eventTypes['sluice.orders.v1.OrderPlaced'].schema) as {
      fields: { name: string }[];
    };
    const earlier = { ...current, fields: current.fields.filter((field) => field.name !== 'note') };
    const earlierId = ids.add(JSON.stringify(earlier));
    const writer = await localCodec(ids);
    const { payload } = writer.encode('sluice.orders.v1.OrderPlaced', orderPlaced({ note: '' }));
    const body = withoutNote(payload, earlierId);

    const decoded = await (await localCodec(ids)).decode(body);

    expect(decoded.data).toEqual(orderPlaced({ note: '' }));
  });

  it('reads a later revision and leaves out the fields it does not know', async () => {
    const ids = new LocalSchemaIds();
    const current = JSON.parse(eventTypes['sluice.orders.v1.OrderPlaced'].schema) as {
      fields: unknown[];
    };
    const colour = { name: 'colour', type: 'string', default: '' };
    const laterId = ids.add(JSON.stringify({ ...current, fields: [...current.fields, colour] }));
    const codec = await localCodec(ids);
    const { payload } = codec.encode('sluice.orders.v1.OrderPlaced', orderPlaced());
    const later = Buffer.concat([payload, Buffer.from([6]), Buffer.from('red')]);
    later.writeInt32BE(laterId, 1);

    const decoded = await codec.decode(later);

    expect(decoded.data).toEqual(orderPlaced());
  });

  it('never asks the registry while messages of its own revision flow, not even once', async () => {
    const ids = new CountingIds();
    const codec = await localCodec(ids);
    const asked = ids.asked;

    for (let count = 0; count < 1_000; count += 1) {
      const { payload } = codec.encode('sluice.orders.v1.OrderPlaced', orderPlaced());
      expect(codec.decodeKnown(payload)?.type).toBe('sluice.orders.v1.OrderPlaced');
    }

    expect(ids.calls).toBe(0);
    expect(ids.asked).toBe(asked);
  });

  it('asks once for a schema that does not exist, however many messages carry it', async () => {
    const ids = new CountingIds();
    const codec = await localCodec(ids);
    const unknown = Buffer.from([0, 0, 0, 0, 1, 5]);

    for (let count = 0; count < 5; count += 1) {
      await expect(codec.decode(unknown)).rejects.toMatchObject({ code: 'CODEC_UNKNOWN_SCHEMA' });
    }

    expect(ids.calls).toBe(1);
  });

  it.each([
    ['is no schema', '{"type":"recor'],
    ['is of the same record with another type of field', withFirstFieldAsBoolean()],
  ])('calls a message poison whose schema %s', async (_name, schema) => {
    const ids = new LocalSchemaIds();
    const id = ids.add(schema);
    const codec = await localCodec(ids);
    const { payload } = codec.encode('sluice.orders.v1.OrderPlaced', orderPlaced());
    payload.writeInt32BE(id, 1);

    await expect(codec.decode(payload)).rejects.toMatchObject({
      name: 'PoisonMessage',
      code: 'CODEC_UNRESOLVABLE_SCHEMA',
    });
  });

  it('refuses to start for a type whose schema is not registered', async () => {
    const codec = new EventCodec(new EmptyIds());

    await expect(codec.prepare(['sluice.orders.v1.OrderPlaced'])).rejects.toMatchObject({
      code: 'SCHEMA_NOT_REGISTERED',
    });
  });

  it('asks for a schema once, however many messages carry it', async () => {
    const ids = new CountingIds();
    const writer = await localCodec();
    const { payload } = writer.encode('sluice.orders.v1.OrderPlaced', orderPlaced());
    const reader = new EventCodec(ids);

    await Promise.all([reader.decode(payload), reader.decode(payload), reader.decode(payload)]);
    await reader.decode(payload);

    expect(ids.calls).toBe(1);
  });

  it.each([
    ['null', null, 'CODEC_NOT_AVRO'],
    ['too short', Buffer.from([0, 0, 1]), 'CODEC_NOT_AVRO'],
    ['another magic byte', Buffer.from([7, 0, 0, 0, 1, 5]), 'CODEC_NOT_AVRO'],
    ['an unknown schema id', Buffer.from([0, 0, 0, 0, 1, 5]), 'CODEC_UNKNOWN_SCHEMA'],
  ])('calls %s poison', async (_name, payload, code) => {
    const codec = await localCodec();

    await expect(codec.decode(payload)).rejects.toThrow(PoisonMessage);
    await expect(codec.decode(payload)).rejects.toMatchObject({ code });
  });

  it('calls truncated and over-long values poison', async () => {
    const codec = await localCodec();
    const { payload } = codec.encode('sluice.orders.v1.OrderPlaced', orderPlaced());

    await expect(codec.decode(payload.subarray(0, -1))).rejects.toMatchObject({
      code: 'CODEC_UNREADABLE',
    });
    await expect(codec.decode(Buffer.concat([payload, Buffer.from([1])]))).rejects.toMatchObject({
      code: 'CODEC_UNREADABLE',
    });
  });

  it('does not call a registry that is down poison, and recovers', async () => {
    const ids = new CountingIds();
    const { payload } = (await localCodec()).encode('sluice.orders.v1.OrderPlaced', orderPlaced());
    const reader = new EventCodec(ids);
    ids.isDown = true;
    await expect(reader.decode(payload)).rejects.toThrow(DependencyDown);

    ids.isDown = false;

    await expect(reader.decode(payload)).resolves.toMatchObject({
      type: 'sluice.orders.v1.OrderPlaced',
    });
  });
});

/** A registry that holds nothing. */
class EmptyIds extends SchemaIds {
  override idOf(): Promise<number> {
    return Promise.reject(new PermanentFailure('SCHEMA_NOT_REGISTERED', 'Provision first.'));
  }

  override schemaById(): Promise<string> {
    return Promise.reject(new PoisonMessage('CODEC_UNKNOWN_SCHEMA', 'There is none.'));
  }
}

/** The first field of the order as a boolean, which no reader of a text can take. */
function withFirstFieldAsBoolean(): string {
  const schema = JSON.parse(eventTypes['sluice.orders.v1.OrderPlaced'].schema) as {
    fields: { name: string; type: unknown }[];
  };
  const [first, ...rest] = schema.fields;
  return JSON.stringify({ ...schema, fields: [{ ...first, type: 'boolean' }, ...rest] });
}

/** Local ids that count and can be down. */
class CountingIds extends SchemaIds {
  readonly #ids = new LocalSchemaIds();
  calls = 0;
  asked = 0;
  isDown = false;

  override idOf(subject: string, schema: string): Promise<number> {
    this.asked += 1;
    return this.#ids.idOf(subject, schema);
  }

  override async schemaById(id: number): Promise<string> {
    this.calls += 1;
    if (this.isDown) throw new DependencyDown('registry', 'The registry does not answer');
    return await this.#ids.schemaById(id);
  }
}

/** The bytes of the same order written without its last-but-one field, an empty note. */
function withoutNote(payload: Buffer, schemaId: number): Buffer {
  const lineageText = Buffer.from('source-1');
  const lineageStart = payload.lastIndexOf(lineageText) - 1;
  const body = Buffer.concat([
    payload.subarray(0, lineageStart - 1),
    payload.subarray(lineageStart),
  ]);
  body.writeInt32BE(schemaId, 1);
  return body;
}
