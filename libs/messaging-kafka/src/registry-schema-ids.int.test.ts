import { EventCodec } from '@sluice/contracts';
import { paymentFacts } from '@sluice/contracts/testing';
import { describe, expect, inject, it } from 'vitest';
import { RegistrySchemaIds } from './registry-schema-ids.ts';

describe('RegistrySchemaIds on a real registry', () => {
  const type = 'sluice.payments.v1.PaymentCaptured';

  it('finds provisioned schemas both ways, so that a codec reads what another one wrote', async () => {
    const url = inject('schemaRegistryUrl');
    const writer = new EventCodec(new RegistrySchemaIds(url));
    await writer.prepare([type]);
    const { payload } = writer.encode(type, paymentFacts());

    const read = await new EventCodec(new RegistrySchemaIds(url)).decode(payload);

    expect(read.type).toBe(type);
    expect(read.data).toEqual(paymentFacts());
  });

  it('knows what is not registered', async () => {
    const ids = new RegistrySchemaIds(inject('schemaRegistryUrl'));

    await expect(ids.schemaById(2_000_000_000)).rejects.toMatchObject({
      code: 'CODEC_UNKNOWN_SCHEMA',
    });
    await expect(ids.idOf('nowhere.v1-sluice.Nothing', '"string"')).rejects.toMatchObject({
      code: 'SCHEMA_NOT_REGISTERED',
    });
  });
});
