import { deriveId } from '@sluice/clock';
import { Outbox } from '@sluice/outbox';
import { inTransaction } from '@sluice/postgres';
import type { Program, ProgramParts } from './service-process.ts';
import { tenant, type Surroundings } from './surroundings.ts';

/** A refund that somebody wants. */
export interface RefundWish {
  readonly refundId: string;
  readonly paymentId: string;
  readonly minor: bigint;
  readonly currency: string;
}

/** Whoever asks the gateway for refunds: commands through an outbox, some in transactions that stay open for long. */
export class WorkflowProgram implements Program {
  readonly #outbox: Outbox;
  #parts: ProgramParts | undefined;

  constructor({ codec }: Surroundings) {
    this.#outbox = new Outbox({ codec });
  }

  start(parts: ProgramParts): Promise<void> {
    this.#parts = parts;
    return Promise.resolve();
  }

  /** Commits the command; may be asked again when the end is not known. */
  async ask(
    wish: RefundWish,
    options: { readonly command: number; readonly openMs: number },
  ): Promise<void> {
    const parts = this.#parts;
    if (parts === undefined) throw new Error('The workflow engine is not up.');
    const commandId = `${wish.refundId}-${options.command}`;
    await inTransaction(parts.dataSource, async (tx) => {
      await this.#outbox.append(tx, [
        {
          id: deriveId('command', commandId),
          type: 'sluice.cybersource.v1.CommandRequested',
          source: 'workflow-engine',
          tenant,
          key: wish.refundId,
          time: parts.clock.nowMicros(),
          data: {
            commandId,
            effectKey: `refund/${wish.refundId}`,
            function: 'cybersource.refundPayment:1.0.0',
            arguments: JSON.stringify({
              refundId: wish.refundId,
              paymentId: wish.paymentId,
              amount: { minor: wish.minor.toString(), currency: wish.currency },
            }),
            runId: `run-${wish.refundId}`,
            task: 'refund',
            businessKey: wish.paymentId,
            requestedAt: parts.clock.nowMicros(),
          },
        },
      ]);
      if (options.openMs > 0) await new Promise((resolve) => setTimeout(resolve, options.openMs));
    });
  }
}
