import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import type { Plant } from './plants.ts';

const projectFolder = join(import.meta.dirname, '..');
const root = join(projectFolder, '../..');
const gatewayFolder = join(root, 'services/cybersource-gateway/src');
const entryId = 'simulation-entry.ts';

/** Where the product meets the machine, and what stands there instead. */
const replaced: Readonly<Record<string, string>> = {
  undici: 'network/undici.ts',
  ulid: 'world/ulid.ts',
  'node:timers/promises': 'world/timers-promises.ts',
};

/** Parts of cybersource-gateway by the file that exports them. */
const gatewayParts: Readonly<Record<string, string>> = {
  AuthorisePayment: 'authorise-payment/authorise-payment.ts',
  PaymentRequests: 'authorise-payment/authorise-payment.ts',
  PaymentEffect: 'authorise-payment/payment.effect.ts',
  PaymentSettlement: 'authorise-payment/payment.effect.ts',
  HttpCybersourceGateway: 'gateways/http-cybersource.gateway.ts',
  PerformCommandConsumer: 'refund-payment/perform-command.consumer.ts',
  RefundEffect: 'refund-payment/refund.effect.ts',
  RefundPayment: 'refund-payment/refund-payment.ts',
  SettleRefund: 'refund-payment/settle-refund.ts',
  NotificationTables: 'receive-webhook/receive-notifications.ts',
  ReceiveNotifications: 'receive-webhook/receive-notifications.ts',
  WebhookController: 'receive-webhook/webhook.controller.ts',
  CaptureRepository: 'storage/capture.repository.ts',
  IdempotencyRepository: 'storage/idempotency.repository.ts',
  NotificationRepository: 'storage/notification.repository.ts',
  PaymentLedger: 'storage/payment-ledger.repository.ts',
  PaymentRepository: 'storage/payment.repository.ts',
  PaymentTables: 'storage/payment-ledger.repository.ts',
  RefundCommandRepository: 'storage/refund-command.repository.ts',
  RefundRepository: 'storage/refund.repository.ts',
  verifyWebhook: 'domain/webhook-signature.ts',
};

/** A plant whose text does not stand in the source any more. */
export class PlantNotFound extends Error {}

/**
 * Bundles the simulation with the product's code and returns the file to run.
 *
 * A planted bug is an edit of the source on its way into the bundle; the product itself knows nothing of it.
 * @throws PlantNotFound when the text to edit is not found exactly once.
 */
export async function buildWorker(plant?: Plant): Promise<string> {
  const folder = join(projectFolder, 'dist', plant?.name ?? 'product');
  mkdirSync(folder, { recursive: true });
  const build = await rolldown({
    cwd: projectFolder,
    input: { worker: entryId },
    platform: 'node',
    logLevel: 'silent',
    external: (id) =>
      !(id in replaced) && !/^(?:[./]|@sluice\/|@oxc-project\/|simulation-)/.test(id),
    plugins: [
      {
        name: 'simulation',
        resolveId(id) {
          if (id === entryId) return join(projectFolder, 'src', entryId);
          const instead = replaced[id];
          return instead === undefined ? null : join(projectFolder, 'src', instead);
        },
        load(id) {
          if (id.endsWith(entryId)) return { code: entryText(), moduleType: 'ts' };
          const path = relative(root, id);
          const edits = plant?.edits.filter(({ file }) => file === path) ?? [];
          if (edits.length === 0) return null;
          return { code: edits.reduce(edited, readFileSync(id, 'utf8')), moduleType: 'ts' };
        },
      },
    ],
  });
  try {
    const output = { dir: folder, format: 'esm', sourcemap: true, cleanDir: true } as const;
    await build.write(output);
  } finally {
    await build.close();
  }
  return join(folder, 'worker.js');
}

function entryText(): string {
  const imports = Object.entries(gatewayParts).map(
    ([name, file]) => `import { ${name} } from '${join(gatewayFolder, file)}';`,
  );
  return `
    import 'reflect-metadata';
    import { serve } from '${join(projectFolder, 'src/worker.ts')}';
    import { ownMigrations } from '${join(gatewayFolder, 'storage/migrations/index.ts')}';
    ${imports.join('\n')}
    await serve({ migrations: ownMigrations, ${Object.keys(gatewayParts).join(', ')} });`;
}

function edited(text: string, edit: Plant['edits'][number]): string {
  const [before, after, ...others] = text.split(edit.replace);
  if (before === undefined || after === undefined || others.length > 0) {
    throw new PlantNotFound(`${edit.file} does not hold exactly once: ${edit.replace}`);
  }
  return before + edit.by + after;
}
