import { Injectable } from '@nestjs/common';
import { findCardNumbers } from '@sluice/pan-guard';
import { CardNumberRefusals } from '@sluice/service-host';
import { CybersourceGatewaySettings } from '../config.ts';
import type { AdmittedRequest } from '../domain/admitted-request.ts';

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

/** Refuses bodies that hold a card number, before anything is stored. */
@Injectable()
export class CardNumberGate {
  constructor(
    private readonly refusals: CardNumberRefusals,
    private readonly settings: CybersourceGatewaySettings,
  ) {}

  /** @throws PermanentFailure CARD_NUMBER_REFUSED, naming the paths and never the digits. */
  async refuse({ body, clientId }: AdmittedRequest, door: string): Promise<void> {
    const paths = findCardNumbers(body, { exemptPaths }).map((hit) => hit.path);
    if (paths.length === 0) return;
    await this.refusals.refuse({
      door,
      ...(clientId === undefined ? {} : { sender: clientId }),
      paths,
      hashed: digitsIn(body),
      hashKey: this.settings.panHashKey,
    });
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
