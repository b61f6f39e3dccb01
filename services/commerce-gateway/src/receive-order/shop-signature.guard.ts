import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { Failure } from '@sluice/failure';
import { findCardNumbers } from '@sluice/pan-guard';
import { signatureHeader, verifyRequest } from '@sluice/request-signing';
import { CardNumberRefusals } from '@sluice/service-host';
import { counter } from '@sluice/telemetry';
import { ShopDirectory } from '../gateways/shop-directory.ts';
import type { SignedRequest } from './signed-request.ts';

const refused = counter(
  'sluice_signatures_refused',
  'Requests refused for their signature, by door and reason.',
);

const nothing = Buffer.alloc(0);

/**
 * Stands before every route of shops: first the signature over the raw bytes, then card numbers.
 *
 * Both come before validation, so that nothing of an unproven body is even looked at.
 */
@Injectable()
export class ShopSignatureGuard implements CanActivate {
  constructor(
    private readonly shops: ShopDirectory,
    private readonly refusals: CardNumberRefusals,
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
      if (error instanceof Failure) refused.add(1, { door: 'client', reason: error.code });
      throw error;
    }
  }

  private async refuseCardNumbers(request: SignedRequest, shopId: string): Promise<void> {
    const paths = findCardNumbers(request.body).map((hit) => hit.path);
    if (paths.length === 0) return;
    await this.refusals.refuse({
      door: '/v1/orders',
      sender: shopId,
      paths,
      hashed: request.rawBody ?? nothing,
      hashKey: this.shops.secrets.get(shopId) ?? '',
    });
  }
}
