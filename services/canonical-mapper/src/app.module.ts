import { type DynamicModule, Module } from '@nestjs/common';
import { MappingSet } from '@sluice/mapping';
import { hostModule } from '@sluice/service-host';
import type { CanonicalMapperSettings } from './config.ts';
import { MapCreditNoteConsumer } from './map-credit-note/map-credit-note.consumer.ts';
import { MapOrderConsumer } from './map-order/map-order.consumer.ts';
import { MapPaymentConsumer } from './map-payment/map-payment.consumer.ts';
import { loadCanonicalMappings, targetsOf } from './mappings/load.ts';
import { MapAndPublish } from './mappings/map-and-publish.ts';

@Module({})
class AppModule {}

/** All wiring of the service. @throws DocumentRejected when a mapping document has a fault. */
export function appModule(settings: Readonly<CanonicalMapperSettings>): DynamicModule {
  const mappings = loadCanonicalMappings(settings.mappingsDir);
  return {
    module: AppModule,
    imports: [hostModule({ name: 'canonical-mapper', settings, publishes: targetsOf(mappings) })],
    controllers: [MapOrderConsumer, MapPaymentConsumer, MapCreditNoteConsumer],
    providers: [{ provide: MappingSet, useValue: mappings }, MapAndPublish],
  };
}
