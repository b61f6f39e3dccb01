import { join } from 'node:path';
import { ServiceSettings, Setting } from '@sluice/config';
import {
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  Validate,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator';

const loopback = /^(?:127(?:\.\d{1,3}){3}|localhost|::1)$/;

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return loopback.test(host);
}

@ValidatorConstraint({ name: 'loopbackUnlessAllowed' })
class LoopbackUnlessAllowed implements ValidatorConstraintInterface {
  validate(value: unknown, { object }: ValidationArguments): boolean {
    const { isInsecureAllowed } = object as { isInsecureAllowed?: unknown };
    return typeof value === 'string' && (isLoopback(value) || isInsecureAllowed === true);
  }

  defaultMessage(): string {
    return (
      'the console has no login: it listens on a loopback address, ' +
      'or CONSOLE_INSECURE=true says that something in front of it protects it'
    );
  }
}

/** Settings of console. */
export class ConsoleSettings extends ServiceSettings {
  @Setting('CONSOLE_INSECURE', {
    doc: 'true allows an HTTP_HOST that other machines reach, and any Host header: the console has no login.',
    default: false,
  })
  isInsecureAllowed: boolean;

  @Setting('HTTP_HOST', {
    doc: 'Address to listen on; a loopback address unless CONSOLE_INSECURE is true.',
    default: '127.0.0.1',
  })
  @IsString()
  @Validate(LoopbackUnlessAllowed)
  override httpHost: string = '127.0.0.1';

  @Setting('HTTP_PORT', { doc: 'Port to listen on, 0 for any free one.', default: 4000 })
  @IsInt()
  @Min(0)
  @Max(65_535)
  override httpPort: number = 4000;

  @Setting('SERVICES', {
    doc: 'Services to ask for effects, parked keys and health: `name=url`, separated by commas.',
    default: '',
  })
  @Matches(/^$|^[a-z0-9-]+=https?:\/\/[^,\s]+(?:,[a-z0-9-]+=https?:\/\/[^,\s]+)*$/)
  services: string;

  @Setting('SERVICES_TIMEOUT_MS', {
    doc: 'Longest wait for the answer of another service, 100 to 30000.',
    default: 2_000,
  })
  @IsInt()
  @Min(100)
  @Max(30_000)
  servicesTimeoutMs: number;

  @Setting('ZIPKIN_PUBLIC_URL', {
    doc: 'Where a browser finds the trace viewer; empty hides the links to traces.',
    default: '',
  })
  @Matches(/^$|^https?:\/\/\S+$/)
  zipkinPublicUrl: string;

  @Setting('ZOHO_BOOKS_WEB_URL', {
    doc: 'Where a browser finds Books, up to the organization, for example `https://books.zoho.eu/app/<organization>`; empty hides the links.',
    default: '',
  })
  @Matches(/^$|^https?:\/\/\S+$/)
  zohoBooksWebUrl: string;

  @Setting('ZOHO_INVENTORY_WEB_URL', {
    doc: 'Where a browser finds Inventory, up to the organization, for example `https://inventory.zoho.eu/app/<organization>`; empty hides the links.',
    default: '',
  })
  @Matches(/^$|^https?:\/\/\S+$/)
  zohoInventoryWebUrl: string;

  @Setting('ZOHO_CRM_WEB_URL', {
    doc: 'Where a browser finds CRM, up to the organization, for example `https://crm.zoho.eu/crm/org<organization>`; empty hides the links.',
    default: '',
  })
  @Matches(/^$|^https?:\/\/\S+$/)
  zohoCrmWebUrl: string;

  @Setting('ZOHO_DESK_WEB_URL', {
    doc: 'Where a browser finds Desk, up to the department, for example `https://desk.zoho.eu/agent/<portal>/<department>`; empty hides the links.',
    default: '',
  })
  @Matches(/^$|^https?:\/\/\S+$/)
  zohoDeskWebUrl: string;

  @Setting('ENVIRONMENT_NAME', {
    doc: 'Name shown on every page, so that nobody takes production for a test.',
    default: 'local',
  })
  @IsString()
  @MinLength(1)
  @MaxLength(30)
  environmentName: string;

  @Setting('WEB_DIR', {
    doc: 'Folder of the built web application.',
    default: join(import.meta.dirname, '..', 'dist', 'web'),
  })
  @IsString()
  @MinLength(1)
  webDir: string;

  @Setting('LIVE_POLL_MS', {
    doc: 'Pause between two looks for changes that open pages are told of, 50 to 60000.',
    default: 1_000,
  })
  @IsInt()
  @Min(50)
  @Max(60_000)
  livePollMs: number;

  @Setting('PROJECTION_RETENTION_DAYS', {
    doc: 'Days for which timelines, payments and dead letters are shown, 1 to 3650.',
    default: 400,
  })
  @IsInt()
  @Min(1)
  @Max(3_650)
  retentionDays: number;
}
