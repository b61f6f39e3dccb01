import type { SandboxSettings } from '../config.ts';
import { installControl } from '../control/control-routes.ts';
import { Ledger } from '../control/ledger.ts';
import type { RunningTwin } from '../control/running-twin.ts';
import { createTwinServer, listen } from '../control/twin-server.ts';
import type { ShopContext } from './checkout.ts';
import { installShopRoutes } from './routes.ts';

/** Starts the shop twin; it takes its card tokens from the Cybersource twin at `cybersourceUrl`. */
export async function startShopTwin(
  settings: SandboxSettings,
  cybersourceUrl: string,
): Promise<RunningTwin> {
  const ledger = new Ledger('shop', settings.dataDir);
  const server = createTwinServer(ledger);
  const context: ShopContext = { ledger, settings, cybersourceUrl: () => cybersourceUrl };
  installControl(server);
  installShopRoutes(server.app, context);
  const url = await listen(server.app, settings.httpHost, settings.shopPort);
  return {
    url,
    stop: async () => {
      await server.app.close();
      ledger.close();
    },
  };
}
