import { Injectable, Logger } from '@nestjs/common';
import { Clock, newId } from '@sluice/clock';
import { findCardNumbers, keyedHash } from '@sluice/pan-guard';
import { counter } from '@sluice/telemetry';
import { CybersourceGatewaySettings } from '../config.ts';
import { errors } from '../errors.ts';
import { CardNumberRefusalRepository } from '../storage/card-number-refusal.repository.ts';

const refusals = counter('sluice_card_numbers_refused', 'Requests refused for a card number.');

/** Ids that Cybersource makes; some of them have the length of a card number. */
const vendorIds = [
  'id',
  'rootId',
  'reconciliationId',
  'processorInformation.networkTransactionId',
  'processorInformation.transactionId',
  'processorInformation.retrievalReferenceNumber',
  'paymentInformation.instrumentIdentifier.id',
  'tokenInformation.instrumentIdentifier.id',
];
const exemptPaths = ['payload', 'payload.data', 'payload[]', 'payload[].data'].flatMap((prefix) =>
  vendorIds.map((id) => `${prefix}.${id}`),
);

/**
 * Refuses bodies that hold a card number, before anything is stored.
 *
 * The audit keeps where it stood and a keyed hash, so that a repetition is recognised.
 */
@Injectable()
export class CardNumberGate {
  private readonly logger = new Logger(CardNumberGate.name);

  constructor(
    private readonly refusals: CardNumberRefusalRepository,
    private readonly settings: CybersourceGatewaySettings,
    private readonly clock: Clock,
  ) {}

  /** @throws PermanentFailure CARD_NUMBER_REFUSED, naming the paths and never the digits. */
  async refuse(body: unknown, door: string): Promise<void> {
    const paths = findCardNumbers(body, { exemptPaths }).map((hit) => hit.path.slice(0, 255));
    const [path] = paths;
    if (path === undefined) return;
    refusals.add(1, { door });
    const refusal = errors.failure('CARD_NUMBER_REFUSED', {
      detail: `A card number was found at ${paths.slice(0, 5).join(', ')}; send a token instead.`,
      details: { paths: paths.slice(0, 5) },
    });
    try {
      await this.refusals.insert({
        id: newId(),
        tenant: this.settings.tenant,
        door,
        path,
        keyedHash: keyedHash(digitsIn(body), this.settings.panHashKey),
        refusedAt: this.clock.now(),
      });
    } catch (error) {
      this.logger.error(`A refused card number could not be audited: ${String(error)}`);
    }
    throw refusal;
  }
}

/** Digits of the first text that holds a card number. */
function digitsIn(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') {
    return findCardNumbers(value).length > 0 ? String(value).replace(/\D/g, '') : '';
  }
  if (typeof value !== 'object' || value === null) return '';
  for (const [name, member] of Object.entries(value)) {
    const digits = digitsIn(name) || digitsIn(member);
    if (digits !== '') return digits;
  }
  return '';
}
