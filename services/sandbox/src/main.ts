import { describeSettings, readSettings, SettingsFault } from './config.ts';
import { startSandbox } from './sandbox.ts';

const usage = `Starts the twins of Cybersource, Zoho and a shop for local work and tests.

Usage: node main.js [--help]

All settings come from the environment:
${describeSettings()}
`;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    process.stdout.write(usage);
    return;
  }
  const sandbox = await startSandbox(readSettings(process.env));
  const stop = (): void => {
    void sandbox.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const ready = {
    event: 'ready',
    cybersource: sandbox.cybersourceUrl,
    zoho: sandbox.zohoUrl,
    shop: sandbox.shopUrl,
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

main().catch((error: unknown) => {
  const text = error instanceof SettingsFault ? error.message : String(error);
  process.stderr.write(`The sandbox cannot start. ${text}\n`);
  process.exitCode = 1;
});
