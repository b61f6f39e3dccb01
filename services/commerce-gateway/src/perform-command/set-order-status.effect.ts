import type { CommandInput, Output } from '@sluice/commands';
import { NotExecuted, Rejected, type EffectContext, type EffectDefinition } from '@sluice/effects';
import { mayFollow } from '../domain/order-status.ts';
import { ShopNotReached, ShopRefused, type ShopGateway } from '../gateways/shop.gateway.ts';
import type { OrderRepository } from '../storage/order.repository.ts';

/** What the shop is told with. */
export interface SetOrderStatusParts {
  readonly orders: OrderRepository;
  readonly shop: ShopGateway;
}

/** Name of the function in the catalogue. */
export const setOrderStatusName = 'commerce.setOrderStatus:1.0.0';

const quietPeriodMs = 1000;
const leaseMs = 30_000;

/**
 * Tells the shop how its order stands; the shop takes the effect's key once.
 *
 * Late news that would set the order back is not told; the output then is the status as it stands.
 */
export function setOrderStatusEffect(
  parts: SetOrderStatusParts,
): EffectDefinition<CommandInput, Output> {
  return {
    kind: setOrderStatusName,
    effectClass: 'A',
    resendSafe: true,
    quietPeriodMs,
    leaseMs,
    send: (input, context) => tellShop(parts, input, context),
    settle: async (tx, effect, result) => {
      if (result.state === 'SUCCEEDED') {
        const change = changeOf(effect.input);
        const isTold = result.output['status'] === change.status;
        if (isTold) await parts.orders.setStatus(tx, orderIdOf(effect.input), change);
      }
    },
  };
}

async function tellShop(
  parts: SetOrderStatusParts,
  input: CommandInput,
  context: EffectContext,
): Promise<Output> {
  const orderId = orderIdOf(input);
  const order = await parts.orders.findById(orderId);
  if (order === undefined) {
    throw new Rejected('ORDER_NOT_FOUND', `There is no order ${orderId.slice(0, 64)}.`);
  }
  const { shopId, orderNumber } = order;
  const change = changeOf(input);
  if (!mayFollow(order.status, change.status)) return { status: order.status };
  try {
    await parts.shop.setStatus({ shopId, orderNumber, ...change, key: context.key });
  } catch (error) {
    throw translate(error);
  }
  return { status: change.status };
}

function translate(error: unknown): unknown {
  if (error instanceof ShopRefused)
    return new Rejected(error.code, error.message, { cause: error });
  if (!(error instanceof ShopNotReached)) return error;
  const wait = error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs };
  return new NotExecuted(error.message, { ...wait, cause: error });
}

function orderIdOf(input: CommandInput): string {
  return String(input.values['orderId']);
}

function changeOf(input: CommandInput): { readonly status: string; readonly detail: string } {
  return { status: String(input.values['status']), detail: String(input.values['detail']) };
}
