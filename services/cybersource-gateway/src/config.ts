import { ServiceSettings, Setting } from '@sluice/config';
import { IsBoolean, IsInt, IsString, IsUrl, Matches, Max, Min, MinLength } from 'class-validator';

const pairsPattern = /^[^:,\s]{1,128}:[^,\s]+(?:,[^:,\s]{1,128}:[^,\s]+)*$/;

/** Settings of cybersource-gateway. */
export class CybersourceGatewaySettings extends ServiceSettings {
  @Setting('CYBERSOURCE_BASE_URL', {
    doc: 'Where calls to Cybersource go, without a path.',
    default: 'https://apitest.cybersource.com',
  })
  @IsUrl({ require_tld: false, protocols: ['http', 'https'], require_protocol: true })
  cybersourceBaseUrl: string;

  @Setting('CYBERSOURCE_SIGNED_HOST', {
    doc: 'Host that the HTTP signature names; empty for the host of CYBERSOURCE_BASE_URL.',
    default: '',
  })
  @IsString()
  cybersourceSignedHost: string;

  @Setting('CYBERSOURCE_MERCHANT_ID', { doc: 'Merchant id (organisation) at Cybersource.' })
  @IsString()
  @MinLength(1)
  cybersourceMerchantId: string;

  @Setting('CYBERSOURCE_KEY_ID', { doc: 'Id of the shared-secret key that signs our calls.' })
  @IsString()
  @MinLength(1)
  cybersourceKeyId: string;

  @Setting('CYBERSOURCE_SHARED_SECRET', { doc: 'The key itself, base64.', secret: true })
  @Matches(/^[A-Za-z0-9+/]+={0,2}$/, { message: 'CYBERSOURCE_SHARED_SECRET must be base64' })
  cybersourceSharedSecret: string;

  @Setting('CYBERSOURCE_WEBHOOK_KEYS', {
    doc: 'Keys that sign notifications, keyId:base64 separated by commas; old ones stay valid.',
    secret: true,
  })
  @Matches(pairsPattern, { message: 'CYBERSOURCE_WEBHOOK_KEYS must be keyId:base64[,…]' })
  cybersourceWebhookKeys: string;

  @Setting('CYBERSOURCE_WEBHOOK_PAYLOAD_SIGNATURES', {
    doc: 'Also accept notifications whose signature covers the payload alone.',
    default: false,
  })
  @IsBoolean()
  cybersourceWebhookPayloadSignatures: boolean;

  @Setting('CYBERSOURCE_TIMEOUT_MS', {
    doc: 'Longest wait for an answer of Cybersource, 1 ms to 60 s.',
    default: 20_000,
  })
  @IsInt()
  @Min(1)
  @Max(60_000)
  cybersourceTimeoutMs: number;

  @Setting('PAN_HASH_KEY', {
    doc: 'Key of the hash that the audit keeps of refused card numbers, at least 16 characters.',
    secret: true,
  })
  @IsString()
  @MinLength(16)
  panHashKey: string;

  @Setting('CLIENT_SIGNING_SECRETS', {
    doc: 'Secrets that clients sign with, clientId:secret separated by commas.',
    secret: true,
  })
  @Matches(pairsPattern, { message: 'CLIENT_SIGNING_SECRETS must be clientId:secret[,…]' })
  clientSigningSecrets: string;

  @Setting('SETTLEMENT_POLL_MS', {
    doc: 'Pause between two looks for new settlement reports; 0 turns the job off.',
    default: 900_000,
  })
  @IsInt()
  @Min(0)
  @Max(86_400_000)
  settlementPollMs: number;

  @Setting('EFFECT_QUIET_PERIOD_MS', {
    doc: 'Wait before an unknown outcome is looked up; Cybersource shows new calls late.',
    default: 180_000,
  })
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  effectQuietPeriodMs: number;

  @Setting('IDEMPOTENCY_KEEP_HOURS', {
    doc: 'Age at which idempotency keys are forgotten, 24 hours to a year.',
    default: 48,
  })
  @IsInt()
  @Min(24)
  @Max(8_784)
  idempotencyKeepHours: number;

  @Setting('EFFECT_RESOLVE_POLL_MS', {
    doc: 'Pause between two looks for calls whose outcome is open; five seconds while there are none.',
    default: 1_000,
  })
  @IsInt()
  @Min(50)
  @Max(60_000)
  effectResolvePollMs: number;
}

/** How long a call is believed to be running: longer than it can be, so that nobody takes it over. */
export function leaseMsOf({ cybersourceTimeoutMs }: CybersourceGatewaySettings): number {
  return cybersourceTimeoutMs + 30_000;
}

/** Reads `name:value,name:value` into a map; the pattern of the setting has been checked. */
export function pairsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').map((pair) => {
      const separator = pair.indexOf(':');
      return [pair.slice(0, separator), pair.slice(separator + 1)];
    }),
  );
}
