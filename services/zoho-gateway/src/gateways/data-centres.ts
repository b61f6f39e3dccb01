/** Hosts of Zoho's data centres that a token reply may name; the secret token goes nowhere else. */
const apiHosts: ReadonlySet<string> = new Set([
  'www.zohoapis.com',
  'www.zohoapis.eu',
  'www.zohoapis.in',
  'www.zohoapis.com.au',
  'www.zohoapis.jp',
  'www.zohoapis.ca',
  'www.zohoapis.sa',
  'www.zohoapis.com.cn',
  'sandbox.zohoapis.com',
  'sandbox.zohoapis.eu',
  'sandbox.zohoapis.in',
]);

/**
 * The base of the APIs: what the token reply names when it is a known host over https, otherwise
 * the configured one. A host that is neither known nor configured is never used.
 */
export function apiBase(configuredUrl: string, apiDomain: string | undefined): string {
  const configured = new URL(configuredUrl);
  if (apiDomain === undefined || !apiHosts.has(configured.host)) return configured.origin;
  if (!URL.canParse(apiDomain)) return configured.origin;
  const named = new URL(apiDomain);
  return named.protocol === 'https:' && apiHosts.has(named.host) ? named.origin : configured.origin;
}

/** Every host the gateway may call. */
export function allowedHosts(configuredUrls: readonly string[]): readonly string[] {
  const configured = configuredUrls.map((url) => new URL(url).host);
  return configured.some((host) => apiHosts.has(host)) ? [...configured, ...apiHosts] : configured;
}
