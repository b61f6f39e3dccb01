import { world } from '../world/world.ts';
import { decimalOf, minorOf } from './minor-units.ts';
import type { ArrivedRequest, ServedReply, ThirdParty } from './simulated-network.ts';

/** One movement in the ledger of the payment provider. */
export interface Movement {
  readonly id: string;
  readonly kind: 'payment' | 'refund';
  /** The payment that a refund belongs to; a payment's own id. */
  readonly rootId: string;
  /** Our reference: payment id or refund id. */
  readonly reference: string;
  readonly merchantTransactionId: string;
  readonly minor: bigint;
  readonly currency: string;
  readonly atMs: number;
  readonly status: 'AUTHORIZED' | 'DECLINED' | 'PENDING';
}

type Fields = Readonly<Record<string, unknown>>;

/** A notification that the provider will send. */
export interface Notice {
  readonly eventType: string;
  readonly payload: Fields;
}

const searchLagMs = 6_000;

/**
 * A payment provider with an own ledger that protects nobody: it takes the same payment twice, refunds more than
 * was captured, and its search shows a movement only some seconds later.
 */
export class PaymentProvider implements ThirdParty {
  readonly movements: Movement[] = [];
  readonly #notify: (notice: Notice) => void;
  #count = 0;

  constructor(notify: (notice: Notice) => void) {
    this.#notify = notify;
  }

  serve({ method, path, body }: ArrivedRequest): ServedReply {
    const [, kind, parent] = /^\/pts\/v2\/(payments|captures)\/(\d+)\/refunds$/.exec(path) ?? [];
    if (kind !== undefined && parent !== undefined) return this.#refund(parent, body);
    if (path === '/pts/v2/payments') return this.#pay(body);
    if (path === '/tss/v2/searches') return this.#search(body);
    const [, id] = /^\/tss\/v2\/transactions\/(\d+)$/.exec(path) ?? [];
    const found = this.movements.find((movement) => movement.id === id);
    if (method === 'GET' && found !== undefined) return { status: 200, body: detailOf(found) };
    return { status: 404, body: { reason: 'NOT_FOUND', message: 'There is no such thing.' } };
  }

  #pay(body: Fields): ServedReply {
    const movement = this.#move('payment', '', body);
    this.#notify({
      eventType: 'payments.payments.accept',
      payload: { data: { ...detailOf(movement), rootId: movement.id } },
    });
    return { status: 201, body: { ...detailOf(movement), status: 'AUTHORIZED' } };
  }

  #refund(rootId: string, body: Fields): ServedReply {
    const movement = this.#move('refund', rootId, body);
    this.#notify({
      eventType: 'payments.refunds.accept',
      payload: { data: { ...refundDetailOf(movement), rootId } },
    });
    return { status: 201, body: { ...refundDetailOf(movement), status: 'PENDING' } };
  }

  #search(body: Fields): ServedReply {
    const [, code] = /clientReferenceInformation\.code:(.+)$/.exec(textOf(body['query'])) ?? [];
    const shownMs = world().nowMs - searchLagMs;
    const found = this.movements.filter(
      ({ reference, atMs }) => reference === code && atMs <= shownMs,
    );
    const transactionSummaries = found.map(({ id }) => ({ id }));
    return { status: 201, body: { _embedded: { transactionSummaries } } };
  }

  #move(kind: Movement['kind'], rootId: string, body: Fields): Movement {
    this.#count += 1;
    const id = `76008462077160${String(this.#count).padStart(8, '0')}`;
    const reference = fieldsOf(body['clientReferenceInformation']);
    const details = fieldsOf(fieldsOf(body['orderInformation'])['amountDetails']);
    const movement: Movement = {
      id,
      kind,
      rootId: rootId || id,
      reference: textOf(reference['code']),
      merchantTransactionId: textOf(reference['transactionId']),
      minor: minorOf(details['totalAmount'], details['currency']),
      currency: textOf(details['currency']),
      atMs: world().nowMs,
      status: kind === 'payment' ? 'AUTHORIZED' : 'PENDING',
    };
    this.movements.push(movement);
    world().record(`provider ${kind} ${movement.minor} ${movement.currency}`);
    return movement;
  }
}

function detailOf(movement: Movement): Fields {
  return {
    id: movement.id,
    rootId: movement.rootId,
    status: movement.status,
    submitTimeUtc: new Date(movement.atMs).toISOString(),
    clientReferenceInformation: { code: movement.reference },
    orderInformation: {
      amountDetails: {
        totalAmount: decimalOf(movement.minor, movement.currency),
        currency: movement.currency,
      },
    },
  };
}

function refundDetailOf(movement: Movement): Fields {
  const amount = decimalOf(movement.minor, movement.currency);
  return {
    ...detailOf(movement),
    refundAmountDetails: { refundAmount: amount, currency: movement.currency },
  };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
