import { world } from '../world/world.ts';
import { decimalOf } from '../network/minor-units.ts';
import type { GatewayProgram } from './gateway.program.ts';
import type { Journal, PaymentWish } from './journal.ts';
import type { ServiceProcess } from './service-process.ts';
import type { Surroundings } from './surroundings.ts';
import type { RefundWish, WorkflowProgram } from './workflow.program.ts';

const currencies = ['EUR', 'EUR', 'EUR', 'JPY', 'KWD'];
const askAgainMs = 9_000;

/** Whoever wants payments and refunds, and asks again until there is an answer. */
export class Customers {
  readonly #journal: Journal;
  readonly #surroundings: Surroundings;
  readonly #gateways: readonly ServiceProcess<GatewayProgram>[];
  readonly #workflow: ServiceProcess<WorkflowProgram>;
  readonly #asked = new Set<string>();
  /** Wishes that are still without an answer. */
  open = 0;

  constructor(
    journal: Journal,
    surroundings: Surroundings,
    processes: {
      readonly gateways: readonly ServiceProcess<GatewayProgram>[];
      readonly workflow: ServiceProcess<WorkflowProgram>;
    },
  ) {
    this.#journal = journal;
    this.#surroundings = surroundings;
    this.#gateways = processes.gateways;
    this.#workflow = processes.workflow;
  }

  begin(): void {
    const { pace } = world();
    const count = pace.whole(3, 6);
    for (let number = 1; number <= count; number += 1) {
      const currency = pace.pick(currencies);
      const minor = BigInt(pace.whole(2, 3_000));
      const amount = decimalOf(minor, currency);
      const wish: PaymentWish = { orderId: `order-${number}`, amount, currency, minor };
      this.#journal.payments.push(wish);
      this.open += 1;
      world().planOutside(pace.between(200, 14_000), () => this.#pay(wish));
    }
  }

  #pay(wish: PaymentWish): void {
    const here = world();
    const running = this.#gateways.filter((process) => process.isRunning);
    const isTwice = this.#surroundings.fate.has('duplicates') && here.pace.isLucky(0.4);
    for (const process of isTwice ? running : running.slice(-1)) this.#askFor(wish, process);
    here.planOutside(askAgainMs, () => {
      if (wish.paymentId === undefined) this.#pay(wish);
    });
  }

  #askFor(wish: PaymentWish, process: ServiceProcess<GatewayProgram>): void {
    const here = world();
    const { orderId, amount, currency } = wish;
    const body = {
      orderId,
      shopId: 'demo-shop',
      orderNumber: orderId,
      amount,
      currency,
      token: { type: 'instrument_identifier', id: '7010000000016241111' },
      billTo: { fullName: 'Ada Lovelace', email: 'ada@example.com', country: 'GB' },
      ipAddress: '203.0.113.7',
    };
    const request = { clientId: 'demo-shop', idempotencyKey: orderId, body };
    const answered = here.as(process.actor, () => process.program?.pay(request));
    answered?.then(
      (paymentId) => here.as(here.surroundings, () => this.#paid(wish, paymentId)),
      (error: unknown) => here.record(`payment refused: ${String(error).slice(0, 60)}`),
    );
  }

  #paid(wish: PaymentWish, paymentId: string): void {
    if (wish.paymentId !== undefined) return;
    wish.paymentId = paymentId;
    this.open -= 1;
    const { pace } = world();
    const count = pace.pick([0, 1, 1, 2, 3]);
    // Together they may be more than was captured; then some must be refused.
    for (let number = 1; number <= count; number += 1) {
      const share = BigInt(pace.whole(20, 90));
      const minor = (wish.minor * share) / 100n;
      if (minor === 0n) continue;
      const refundId = `refund-${wish.orderId}-${number}`;
      const refund = { refundId, paymentId, minor, currency: wish.currency };
      this.#journal.refunds.push(refund);
      const commands = this.#surroundings.fate.has('duplicates') ? pace.whole(1, 2) : 1;
      const waitMs = pace.between(1_000, 12_000);
      for (let command = 1; command <= commands; command += 1) {
        this.open += 1;
        world().planOutside(waitMs + pace.between(0, 300), () => this.#ask(refund, command));
      }
    }
  }

  #ask(refund: RefundWish, command: number): void {
    const here = world();
    const { program, actor } = this.#workflow;
    const name = `${refund.refundId}-${command}`;
    if (this.#asked.has(name)) return;
    const isLong = this.#surroundings.fate.has('long transaction') && here.pace.isLucky(0.5);
    const openMs = isLong ? here.pace.between(500, 24_000) : 0;
    if (isLong) here.countFault('long transaction');
    if (this.#workflow.isRunning) {
      here
        .as(actor, () => program?.ask(refund, { command, openMs }))
        ?.then(
          () => {
            if (!this.#asked.has(name)) this.open -= 1;
            this.#asked.add(name);
          },
          (error: unknown) => here.record(`command refused: ${String(error).slice(0, 60)}`),
        );
    }
    here.planOutside(askAgainMs + openMs, () => this.#ask(refund, command));
  }
}
