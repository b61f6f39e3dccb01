import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock, newId } from '@sluice/clock';
import { keyedHash, scrubText } from '@sluice/pan-guard';
import { asFailures } from '@sluice/postgres';
import { counter } from '@sluice/telemetry';
import { DataSource } from 'typeorm';
import { hostErrors } from './errors.ts';
import { HOST_OPTIONS } from './host-options.ts';
import type { HostOptions } from './host-options.ts';

/** A body that holds a card number; neither the body nor the number is kept. */
export interface CardNumberRefusal {
  /** The endpoint that refuses it, without ids. */
  readonly door: string;
  /** Who signed the body, when the door knows several senders. @default empty */
  readonly sender?: string;
  /** Where in the body card numbers stand; at least one. */
  readonly paths: readonly string[];
  /** What the audit recognises a repetition by; only its keyed hash is kept. */
  readonly hashed: string | Buffer;
  readonly hashKey: string;
}

const pathCharactersMax = 255;
const pathsShownMax = 5;

const insertSql = `
  insert into card_number_refusal (id, tenant, door, sender, path, keyed_hash, refused_at)
  values ($1, $2, $3, $4, $5, $6, $7)`;

const refusals = counter('sluice_card_numbers_refused', 'Requests refused for a card number.');

/**
 * Refuses bodies that hold a card number: counts them, and keeps of each where the number stood and
 * a keyed hash, in the table of `cardNumberRefusalMigrations`.
 */
@Injectable()
export class CardNumberRefusals {
  private readonly logger = new Logger(CardNumberRefusals.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    @Inject(HOST_OPTIONS) private readonly options: HostOptions,
  ) {}

  /**
   * Refuses, whether or not the audit could be written.
   *
   * @throws PermanentFailure CARD_NUMBER_REFUSED, naming the paths and never the digits.
   */
  async refuse(refusal: CardNumberRefusal): Promise<never> {
    refusals.add(1, { door: refusal.door });
    const paths = refusal.paths.slice(0, pathsShownMax).map(shown);
    try {
      await this.audit(refusal, paths[0] ?? '');
    } catch (error) {
      this.logger.error(`A refused card number could not be audited: ${String(error)}`);
    }
    throw hostErrors.failure('CARD_NUMBER_REFUSED', {
      detail: `A card number was found at ${paths.join(', ')}; send a token instead.`,
      details: { paths },
    });
  }

  private async audit(refusal: CardNumberRefusal, path: string): Promise<void> {
    const { door, sender = '', hashed, hashKey } = refusal;
    const { tenant } = this.options.settings;
    const hash = keyedHash(hashed, hashKey);
    await asFailures(() =>
      this.dataSource.query(insertSql, [
        newId(),
        tenant,
        door,
        sender,
        path,
        hash,
        this.clock.now(),
      ]),
    );
  }
}

/** A name in the body may itself be a card number. */
function shown(path: string): string {
  return scrubText(path) === path ? path.slice(0, pathCharactersMax) : '(key)';
}
