/** Settings of the sandbox; every one has a default that works on a developer's machine. */
export interface SandboxSettings {
  readonly httpHost: string;
  readonly cybersourcePort: number;
  readonly zohoPort: number;
  readonly shopPort: number;
  /** Folder of the ledgers; undefined keeps them in memory. */
  readonly dataDir: string | undefined;
  readonly commerceGatewayUrl: string;
  readonly cybersourceGatewayUrl: string;
  readonly zohoGatewayUrl: string;
  readonly cybersourceMerchantId: string;
  readonly cybersourceKeyId: string;
  readonly cybersourceSharedSecret: string;
  readonly cybersourceWebhookKeyId: string;
  readonly cybersourceWebhookKey: string;
  readonly cybersourceVisibilityDelayMs: number;
  readonly webhookRetryDelaysMs: readonly number[];
  readonly zohoClientId: string;
  readonly zohoClientSecret: string;
  readonly zohoRefreshToken: string;
  readonly zohoOrganizationId: string;
  readonly zohoWebhookSecret: string;
  readonly zohoRateLimitPerMinute: number;
  readonly zohoRateLimitPerDay: number;
  readonly zohoConcurrencyMax: number;
  /** First digits of Zoho ids; a leading 4 gives ids that look like long card numbers. */
  readonly zohoIdPrefix: string;
  readonly shopId: string;
  readonly shopSigningSecret: string;
}

interface Entry {
  readonly name: string;
  readonly fallback: string;
  readonly doc: string;
}

const entries = {
  httpHost: ['HTTP_HOST', '127.0.0.1', 'Address all twins listen on.'],
  cybersourcePort: ['CYBERSOURCE_TWIN_PORT', '4101', 'Port of the Cybersource twin; 0 picks one.'],
  zohoPort: ['ZOHO_TWIN_PORT', '4102', 'Port of the Zoho twin; 0 picks one.'],
  shopPort: ['SHOP_TWIN_PORT', '4103', 'Port of the shop twin; 0 picks one.'],
  dataDir: ['DATA_DIR', '.sluice/sandbox', 'Folder of the ledgers; `:memory:` keeps none.'],
  commerceGatewayUrl: ['COMMERCE_GATEWAY_URL', 'http://127.0.0.1:4010', 'Where orders go.'],
  cybersourceGatewayUrl: [
    'CYBERSOURCE_GATEWAY_URL',
    'http://127.0.0.1:4020',
    'Where payments and Cybersource webhooks go.',
  ],
  zohoGatewayUrl: ['ZOHO_GATEWAY_URL', 'http://127.0.0.1:4030', 'Where Zoho webhooks go.'],
  cybersourceMerchantId: ['CYBERSOURCE_MERCHANT_ID', 'demo_merchant', 'The one merchant id.'],
  cybersourceKeyId: [
    'CYBERSOURCE_KEY_ID',
    '11111111-2222-3333-4444-555555555555',
    'Id of the REST shared-secret key.',
  ],
  cybersourceSharedSecret: [
    'CYBERSOURCE_SHARED_SECRET',
    'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    'The key itself, base64.',
  ],
  cybersourceWebhookKeyId: [
    'CYBERSOURCE_WEBHOOK_KEY_ID',
    '66666666-7777-8888-9999-000000000000',
    'Id of the key that signs webhooks.',
  ],
  cybersourceWebhookKey: [
    'CYBERSOURCE_WEBHOOK_KEY',
    'HxseHRwbGhkYFxYVFBMSERAPDg0MCwoJCAcGBQQDAgE=',
    'That key, base64.',
  ],
  cybersourceVisibilityDelayMs: [
    'CYBERSOURCE_VISIBILITY_DELAY_MS',
    '0',
    'How long transaction search does not see a new transaction.',
  ],
  webhookRetryDelaysMs: [
    'WEBHOOK_RETRY_DELAYS_MS',
    '500,1000,2000,5000',
    'Pauses before the 2nd, 3rd, … attempt of a Cybersource webhook; the last one repeats.',
  ],
  zohoClientId: ['ZOHO_CLIENT_ID', '1000.SANDBOXCLIENT', 'OAuth client.'],
  zohoClientSecret: ['ZOHO_CLIENT_SECRET', 'sandbox-client-secret', 'Its secret.'],
  zohoRefreshToken: ['ZOHO_REFRESH_TOKEN', '1000.sandbox.refresh', 'The refresh token it holds.'],
  zohoOrganizationId: ['ZOHO_ORGANIZATION_ID', '20096815001', 'Organisation of all Zoho parts.'],
  zohoWebhookSecret: ['ZOHO_WEBHOOK_SECRET', 'sandboxwebhooksecret', 'Signs Books webhooks.'],
  zohoRateLimitPerMinute: ['ZOHO_RATE_LIMIT_PER_MINUTE', '100', 'Books and Inventory together.'],
  zohoRateLimitPerDay: ['ZOHO_RATE_LIMIT_PER_DAY', '10000', 'Books and Inventory together.'],
  zohoConcurrencyMax: ['ZOHO_CONCURRENCY_MAX', '10', 'Requests in process at one time.'],
  zohoIdPrefix: ['ZOHO_ID_PREFIX', '118000000', 'First digits of the 19-digit ids.'],
  shopId: ['SHOP_ID', 'demo-shop', 'Id of the shop, and key id of its signatures.'],
  shopSigningSecret: ['SHOP_SIGNING_SECRET', 'sandbox-shop-secret', 'Signs the shop signature.'],
} as const satisfies Record<keyof SandboxSettings, readonly [string, string, string]>;

/** Raised when settings cannot be used; lists every fault. */
export class SettingsFault extends Error {}

/** Reads and checks all settings. */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
): SandboxSettings {
  const faults: string[] = [];
  const text = (key: keyof SandboxSettings): string => {
    const [name, fallback] = entries[key];
    const value = environment[name];
    return value === undefined || value === '' ? fallback : value;
  };
  const whole = (key: keyof SandboxSettings, maximum = Number.MAX_SAFE_INTEGER): number => {
    const value = Number(text(key));
    if (Number.isInteger(value) && value >= 0 && value <= maximum) return value;
    faults.push(`${entries[key][0]} must be a whole number from 0 to ${maximum}.`);
    return 0;
  };
  const url = (key: keyof SandboxSettings): string => {
    const value = text(key).replace(/\/+$/, '');
    if (!URL.canParse(value)) faults.push(`${entries[key][0]} must be a URL.`);
    return value;
  };
  const delays = text('webhookRetryDelaysMs').split(',').map(Number);
  if (delays.some((delay) => !Number.isInteger(delay) || delay < 0)) {
    faults.push('WEBHOOK_RETRY_DELAYS_MS must be whole numbers with commas between them.');
  }
  if (!/^\d{1,12}$/.test(text('zohoIdPrefix'))) {
    faults.push('ZOHO_ID_PREFIX must be 1 to 12 digits.');
  }
  const dataDir = text('dataDir');
  const settings: SandboxSettings = {
    httpHost: text('httpHost'),
    cybersourcePort: whole('cybersourcePort', 65_535),
    zohoPort: whole('zohoPort', 65_535),
    shopPort: whole('shopPort', 65_535),
    dataDir: dataDir === ':memory:' ? undefined : dataDir,
    commerceGatewayUrl: url('commerceGatewayUrl'),
    cybersourceGatewayUrl: url('cybersourceGatewayUrl'),
    zohoGatewayUrl: url('zohoGatewayUrl'),
    cybersourceMerchantId: text('cybersourceMerchantId'),
    cybersourceKeyId: text('cybersourceKeyId'),
    cybersourceSharedSecret: text('cybersourceSharedSecret'),
    cybersourceWebhookKeyId: text('cybersourceWebhookKeyId'),
    cybersourceWebhookKey: text('cybersourceWebhookKey'),
    cybersourceVisibilityDelayMs: whole('cybersourceVisibilityDelayMs'),
    webhookRetryDelaysMs: delays,
    zohoClientId: text('zohoClientId'),
    zohoClientSecret: text('zohoClientSecret'),
    zohoRefreshToken: text('zohoRefreshToken'),
    zohoOrganizationId: text('zohoOrganizationId'),
    zohoWebhookSecret: text('zohoWebhookSecret'),
    zohoRateLimitPerMinute: whole('zohoRateLimitPerMinute'),
    zohoRateLimitPerDay: whole('zohoRateLimitPerDay'),
    zohoConcurrencyMax: whole('zohoConcurrencyMax'),
    zohoIdPrefix: text('zohoIdPrefix'),
    shopId: text('shopId'),
    shopSigningSecret: text('shopSigningSecret'),
  };
  if (faults.length > 0) throw new SettingsFault(faults.join('\n'));
  return settings;
}

/** The settings with their defaults, for `--help`. */
export function describeSettings(): string {
  const rows: Entry[] = Object.values(entries).map(([name, fallback, doc]) => ({
    name,
    fallback,
    doc,
  }));
  const width = Math.max(...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, fallback, doc }) => `  ${name.padEnd(width)}  ${doc} Default: ${fallback}`)
    .join('\n');
}
