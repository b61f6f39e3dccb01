import { Injectable, Logger, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { Failure } from '@sluice/failure';
import { findCardNumbers, keyedHash } from '@sluice/pan-guard';
import { signatureHeader, verifyRequest } from '@sluice/request-signing';
import { counter } from '@sluice/telemetry';
import { errors } from '../errors.ts';
import { ShopDirectory } from '../gateways/shop-directory.ts';
import { CardNumberRefusalRepository } from '../storage/card-number-refusal.repository.ts';
import type { SignedRequest } from './signed-request.ts';

const refused = counter('sluice_signatures_refused', 'Requests refused for their signature.');
const cardNumbers = counter('sluice_card_numbers_refused', 'Requests refused for a card number.');

const nothing = Buffer.alloc(0);

/**
 * Stands before every route of shops: first the signature over the raw bytes, then card numbers.
 *
 * Both come before validation, so that nothing of an unproven body is even looked at.
 */
@Injectable()
export class ShopSignatureGuard implements CanActivate {
  private readonly logger = new Logger(ShopSignatureGuard.name);

  constructor(
    private readonly shops: ShopDirectory,
    private readonly refusals: CardNumberRefusalRepository,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<SignedRequest>();
    const shopId = this.prove(request);
    request.signingShopId = shopId;
    await this.refuseCardNumbers(request, shopId);
    return true;
  }

  private prove(request: SignedRequest): string {
    const header = request.headers[signatureHeader];
    try {
      const proof = verifyRequest(
        request.rawBody ?? nothing,
        typeof header === 'string' ? header : undefined,
        { secretFor: (keyId) => this.shops.secrets.get(keyId), now: this.clock.now() },
      );
      return proof.keyId;
    } catch (error) {
      if (error instanceof Failure) refused.add(1, { reason: error.code });
      throw error;
    }
  }

  private async refuseCardNumbers(request: SignedRequest, shopId: string): Promise<void> {
    const paths = findCardNumbers(request.body).map((hit) => hit.path.slice(0, 255));
    const [path] = paths;
    if (path === undefined) return;
    cardNumbers.add(1);
    const hash = keyedHash(request.rawBody ?? nothing, this.shops.secrets.get(shopId) ?? '');
    try {
      await this.refusals.insert({ shopId, path, keyedHash: hash });
    } catch (error) {
      this.logger.error(`A refused card number could not be audited: ${String(error)}`);
    }
    const shown = paths.slice(0, 5);
    throw errors.failure('CARD_NUMBER_REFUSED', {
      detail: `A card number was found at ${shown.join(', ')}; send a token instead.`,
      details: { paths: shown },
    });
  }
}
