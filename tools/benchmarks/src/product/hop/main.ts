import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import { ServiceSettings } from '@sluice/config';
import { OutboxRelay } from '@sluice/outbox';
import { hostModule, runMigrate, runService } from '@sluice/service-host';
import { openDoor } from '../../program-door.ts';
import { BookingMigration1767225600100 } from './booking.migration.ts';
import { BookingRepository } from './booking.repository.ts';
import { RequestBookingConsumer } from './request-booking.consumer.ts';

const name = 'benchmark-hop';
const migrations = [BookingMigration1767225600100];

@Module({})
class HopModule {}

let relay: OutboxRelay | undefined;

/** Hands the relay out, because a hop may be measured without one. */
@Injectable()
class RelayDoor {
  constructor(made: OutboxRelay) {
    relay = made;
  }
}

function hopModule(settings: Readonly<ServiceSettings>): DynamicModule {
  return {
    module: HopModule,
    imports: [
      hostModule({ name, settings, migrations, publishes: ['sluice.zoho.v1.CommandRequested'] }),
    ],
    controllers: [RequestBookingConsumer],
    providers: [BookingRepository, RelayDoor],
  };
}

await runMigrate({ name, settings: ServiceSettings, migrations });
await runService({ name, settings: ServiceSettings, module: hopModule });
if (process.env['RELAY'] === 'off') await relay?.stop();
openDoor({});
