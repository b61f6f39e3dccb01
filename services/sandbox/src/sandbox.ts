import { readSettings, type SandboxSettings } from './config.ts';
import { startCybersourceTwin } from './cybersource/twin.ts';
import { startShopTwin } from './shop/twin.ts';
import { startZohoTwin } from './zoho/twin.ts';

/** The three twins, running. */
export interface Sandbox {
  readonly cybersourceUrl: string;
  readonly zohoUrl: string;
  readonly shopUrl: string;
  /** Stops all twins and closes their ledgers; what webhooks are owed is sent at the next start. */
  stop(): Promise<void>;
}

/**
 * Starts all twins in this process. Without options: free ports, ledgers in memory, demo
 * credentials.
 */
export async function startSandbox(options: Partial<SandboxSettings> = {}): Promise<Sandbox> {
  const settings: SandboxSettings = {
    ...readSettings({}),
    cybersourcePort: 0,
    zohoPort: 0,
    shopPort: 0,
    dataDir: undefined,
    ...options,
  };
  const cybersource = await startCybersourceTwin(settings);
  const started = [cybersource];
  try {
    const zoho = await startZohoTwin(settings);
    started.push(zoho);
    const shop = await startShopTwin(settings, cybersource.url);
    started.push(shop);
    return {
      cybersourceUrl: cybersource.url,
      zohoUrl: zoho.url,
      shopUrl: shop.url,
      stop: async () => {
        await Promise.all(started.map(({ stop }) => stop()));
      },
    };
  } catch (error) {
    await Promise.allSettled(started.map(({ stop }) => stop()));
    throw error;
  }
}
