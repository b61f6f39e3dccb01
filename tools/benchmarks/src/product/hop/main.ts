import { type DynamicModule, Module } from '@nestjs/common';
import { ServiceSettings } from '@sluice/config';
import { hostModule, runMigrate, runService } from '@sluice/service-host';
import { openDoor } from '../../program-door.ts';
import { BookingMigration1767225600100 } from './booking.migration.ts';
import { BookingRepository } from './booking.repository.ts';
import { RequestBookingConsumer } from './request-booking.consumer.ts';

const name = 'benchmark-hop';
const migrations = [BookingMigration1767225600100];

@Module({})
class HopModule {}

function hopModule(settings: Readonly<ServiceSettings>): DynamicModule {
  return {
    module: HopModule,
    imports: [
      hostModule({ name, settings, migrations, publishes: ['sluice.zoho.v1.CommandRequested'] }),
    ],
    controllers: [RequestBookingConsumer],
    providers: [BookingRepository],
  };
}

await runMigrate({ name, settings: ServiceSettings, migrations });
await runService({ name, settings: ServiceSettings, module: hopModule });
openDoor({});
