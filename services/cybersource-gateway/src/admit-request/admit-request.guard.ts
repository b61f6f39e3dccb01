import { createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { Failure } from '@sluice/failure';
import { signatureHeader, verifyRequest } from '@sluice/request-signing';
import { counter } from '@sluice/telemetry';
import { CybersourceGatewaySettings, pairsOf } from '../config.ts';
import { headerOf, type AdmittedRequest } from '../domain/admitted-request.ts';
import { asObject } from '../domain/json-fields.ts';
import { verifyWebhook, type SignatureFault } from '../domain/webhook-signature.ts';
import { errors } from '../errors.ts';
import { CardNumberGate } from './card-number-gate.ts';

const signaturesRefused = counter(
  'sluice_signatures_refused',
  'Requests refused for their signature, by door and reason.',
);

const codeByFault = {
  missing: 'SIGNATURE_MISSING',
  stale: 'SIGNATURE_STALE',
  'unknown-key': 'SIGNATURE_UNKNOWN_KEY',
  forged: 'SIGNATURE_FORGED',
} as const satisfies Record<SignatureFault, string>;

/** Cybersource also asks the same address, unsigned, whether it is alive. */
function isNotification(request: AdmittedRequest, path: string): boolean {
  return request.method === 'POST' && path === '/webhooks/cybersource';
}

const nothing = Buffer.alloc(0);

/**
 * Stands before every handler: signatures first, on the raw bytes, then card numbers.
 *
 * Routes under `/v1/` are signed by clients, the route for notifications by Cybersource; all others
 * belong to the host.
 */
@Injectable()
export class AdmitRequestGuard implements CanActivate {
  private readonly clientSecrets: ReadonlyMap<string, string>;
  private readonly webhookKeys: ReadonlyMap<string, KeyObject>;

  constructor(
    private readonly cardNumbers: CardNumberGate,
    private readonly settings: CybersourceGatewaySettings,
    private readonly clock: Clock,
  ) {
    this.clientSecrets = pairsOf(settings.clientSigningSecrets);
    this.webhookKeys = new Map(
      [...pairsOf(settings.cybersourceWebhookKeys)].map(([id, key]) => [
        id,
        createSecretKey(Buffer.from(key, 'base64')),
      ]),
    );
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const request = context.switchToHttp().getRequest<AdmittedRequest>();
    const path = request.url.split('?')[0] ?? '';
    if (path.startsWith('/v1/')) this.admitClient(request);
    else if (isNotification(request, path)) this.admitNotification(request);
    else return true;
    await this.cardNumbers.refuse(request, path.split('/').slice(0, 3).join('/'));
    return true;
  }

  private admitClient(request: AdmittedRequest): void {
    try {
      const { keyId } = verifyRequest(
        request.rawBody ?? nothing,
        headerOf(request, signatureHeader),
        { secretFor: (id) => this.clientSecrets.get(id), now: this.clock.now() },
      );
      request.clientId = keyId;
    } catch (error) {
      if (error instanceof Failure)
        signaturesRefused.add(1, { door: 'client', reason: error.code });
      throw error;
    }
  }

  private admitNotification(request: AdmittedRequest): void {
    const verified = verifyWebhook({
      header: headerOf(request, 'v-c-signature'),
      rawBody: request.rawBody ?? nothing,
      keys: this.webhookKeys,
      now: this.clock.now(),
      ...(this.settings.cybersourceWebhookPayloadSignatures
        ? { payloadText: JSON.stringify(asObject(request.body)['payload'] ?? {}) }
        : {}),
    });
    if (typeof verified !== 'string') {
      request.signedPart = verified.signedPart;
      return;
    }
    const code = codeByFault[verified];
    signaturesRefused.add(1, { door: 'webhook', reason: code });
    throw errors.failure(code);
  }
}
