import { createHmac } from 'node:crypto';
import type { Notice } from '../network/payment-provider.ts';
import { world } from '../world/world.ts';
import { type GatewayProgram, webhookKey } from './gateway.program.ts';
import type { Journal } from './journal.ts';
import type { ServiceProcess } from './service-process.ts';
import type { Surroundings } from './surroundings.ts';

const attemptsMax = 6;

/** Sends the provider's notifications: late, often, in any order, some never, and now and then a forged one. */
export class Sender {
  readonly #journal: Journal;
  readonly #surroundings: Surroundings;
  readonly #gateways: readonly ServiceProcess<GatewayProgram>[];

  constructor(
    journal: Journal,
    surroundings: Surroundings,
    gateways: readonly ServiceProcess<GatewayProgram>[],
  ) {
    this.#journal = journal;
    this.#surroundings = surroundings;
    this.#gateways = gateways;
  }

  send(notice: Notice): void {
    const { fate } = this.#surroundings;
    const here = world();
    const payload = JSON.stringify(notice.payload);
    if (fate.has('sender') && here.fate.isLucky(0.2)) {
      here.countFault('notification dropped');
      return;
    }
    this.#journal.sent.add(payload);
    const copies = fate.has('duplicates')
      ? here.fate.pick([1, 1, 2, 5, here.fate.whole(2, 12)])
      : 1;
    if (copies > 1) here.countFault('notification repeated');
    const spreadMs = fate.has('sender') ? 15_000 : 300;
    for (let copy = 0; copy < copies; copy += 1) {
      here.planOutside(here.fate.between(1, spreadMs), () => this.#deliver(notice, 1));
    }
    if (fate.has('sender') && here.fate.isLucky(0.3)) this.#forge(notice);
  }

  #deliver(notice: Notice, attempt: number): void {
    const here = world();
    const process = this.#anyRunning();
    let isAnswered = false;
    if (process !== undefined) {
      const { header, rawBody } = signed(notice, 'true');
      here
        .as(process.actor, () => process.program?.receive(header, rawBody))
        ?.then(
          () => {
            isAnswered = true;
            here.record(`notification ${notice.eventType} acknowledged`);
            const payload = JSON.stringify(notice.payload);
            this.#journal.acknowledged.push({ eventType: notice.eventType, payload });
          },
          (error: unknown) => here.record(`notification refused: ${String(error).slice(0, 60)}`),
        );
    }
    here.planOutside(3_000 * attempt, () => {
      if (!isAnswered && attempt < attemptsMax) this.#deliver(notice, attempt + 1);
    });
  }

  /** A notification about the same payment for another amount, by somebody without the key. */
  #forge(notice: Notice): void {
    const here = world();
    here.countFault('notification forged');
    const payload = { data: { ...(notice.payload['data'] as object), id: '66666666666666666666' } };
    here.planOutside(here.fate.between(1, 5_000), () => {
      const process = this.#anyRunning();
      if (process === undefined) return;
      const { header, rawBody } = signed({ ...notice, payload }, 'forged');
      here
        .as(process.actor, () => process.program?.receive(header, rawBody))
        ?.then(
          () => this.#journal.strayRequests.push('a forged notification was accepted'),
          () => undefined,
        );
    });
  }

  #anyRunning(): ServiceProcess<GatewayProgram> | undefined {
    const running = this.#gateways.filter((process) => process.isRunning);
    return running.length === 0 ? undefined : world().fate.pick(running);
  }
}

function signed(notice: Notice, kind: 'true' | 'forged'): { header: string; rawBody: Buffer } {
  const rawBody = Buffer.from(
    JSON.stringify({
      organizationId: 'simulated',
      productId: 'cardProcessing',
      eventType: notice.eventType,
      payload: notice.payload,
    }),
  );
  const time = Math.floor(world().nowMs);
  const key = kind === 'true' ? webhookKey : Buffer.alloc(32, 9);
  const signature = createHmac('sha256', key).update(`${time}.`).update(rawBody).digest('base64');
  return { header: `t=${time};keyId=k1;sig=${signature}`, rawBody };
}
