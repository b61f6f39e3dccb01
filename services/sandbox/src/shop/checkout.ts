import type { SandboxSettings } from '../config.ts';
import type { Ledger } from '../control/ledger.ts';
import type { SigningKey } from '../cybersource/http-signature.ts';
import { objectAt, textAt, type Json } from '../json.ts';
import { sendToGateway, type GatewayAnswer } from './gateway-client.ts';
import { orderOf, type ShopOrder, type StatusChange } from './order.ts';
import { scenarios, type ScenarioName } from './scenarios.ts';
import { tokenizeCard } from './token-client.ts';

const kind = 'orders';

/** What the shop works with. */
export interface ShopContext {
  readonly ledger: Ledger;
  readonly settings: SandboxSettings;
  readonly cybersourceUrl: () => string;
}

/** What a checkout gives back. */
export interface CheckoutResult {
  readonly httpStatus: number;
  readonly body: Json;
}

/** Places the order at commerce-gateway, then pays it through cybersource-gateway. */
export async function checkout(context: ShopContext, body: Json): Promise<CheckoutResult> {
  const { ledger, settings } = context;
  const orderNumber =
    textAt(body, 'orderNumber') ?? `S-${(10_000 + ledger.next('order')).toString()}`;
  const key = { id: settings.shopId, secret: settings.shopSigningSecret };
  const known = ledger.get<ShopOrder>(kind, orderNumber);
  const made = orderOf(body, {
    shopId: settings.shopId,
    orderNumber,
    placedAt: new Date().toISOString(),
  });
  const order = known?.order ?? made.order;
  const scenario = (known?.scenario ?? made.scenario) as ScenarioName;
  if (known === undefined) {
    ledger.put(kind, orderNumber, { orderNumber, scenario, order, status: 'new', history: [] });
    note(context, orderNumber, { status: 'new', detail: 'Checkout began', by: 'shop' });
  }
  const token = await tokenOf(context, { order, scenario, orderNumber });
  const placed = await sendToGateway(`${settings.commerceGatewayUrl}/v1/orders`, order, { key });
  const orderId = textAt(placed.body, 'orderId');
  if (placed.status >= 300 || placed.status === 0 || orderId === undefined) {
    return failed(context, { orderNumber, step: 'order', answer: placed });
  }
  change(context, orderNumber, { orderId });
  const payment = await sendToGateway(
    `${settings.cybersourceGatewayUrl}/v1/payments`,
    paymentOf({ order, orderId, token }),
    { key, idempotencyKey: `${settings.shopId}-${orderNumber}` },
  );
  const paymentId = textAt(payment.body, 'paymentId');
  const status = textAt(payment.body, 'status');
  if (payment.status >= 300 || payment.status === 0 || paymentId === undefined) {
    return failed(context, { orderNumber, step: 'payment', answer: payment });
  }
  change(context, orderNumber, { paymentId, paymentStatus: status ?? 'unknown' });
  note(context, orderNumber, {
    status: `payment_${status ?? 'unknown'}`,
    detail: textAt(payment.body, 'reason') ?? '',
    by: 'shop',
  });
  return { httpStatus: 201, body: { orderNumber, orderId, paymentId, status } };
}

/** Adds a status; with a key, a repetition of the same update changes nothing. */
export function note(
  { ledger }: Pick<ShopContext, 'ledger'>,
  orderNumber: string,
  update: Omit<StatusChange, 'at'>,
): ShopOrder | undefined {
  const order = ledger.get<ShopOrder>(kind, orderNumber);
  if (order === undefined) return undefined;
  const isKnown =
    update.key !== undefined && order.history.some((entry) => entry.key === update.key);
  if (isKnown) return order;
  order.history.push({ ...update, at: new Date().toISOString() });
  if (update.by === 'gateway' || !order.history.some(({ by }) => by === 'gateway')) {
    order.status = update.status;
  }
  ledger.put(kind, orderNumber, order);
  return order;
}

async function tokenOf(
  context: ShopContext,
  made: { order: Json; scenario: ScenarioName; orderNumber: string },
): Promise<string> {
  const { settings } = context;
  const known = context.ledger.get<{ customerId: string }>('card-tokens', made.orderNumber);
  if (known !== undefined) return known.customerId;
  const key: SigningKey = {
    keyId: settings.cybersourceKeyId,
    secret: settings.cybersourceSharedSecret,
    organizationId: settings.cybersourceMerchantId,
    children: [],
  };
  const customerId = await tokenizeCard(
    { baseUrl: context.cybersourceUrl(), key },
    {
      number: scenarios[made.scenario].cardNumber,
      email: textAt(made.order, 'customer.email') ?? '',
      reference: made.orderNumber,
    },
  );
  context.ledger.put('card-tokens', made.orderNumber, { customerId });
  return customerId;
}

/** The body of the payment; the same for every repetition of a checkout. */
function paymentOf(made: { order: Json; orderId: string; token: string }): Json {
  const { order, orderId, token } = made;
  const customer = objectAt(order, 'customer');
  const address = textAt(customer, 'billingAddress') ?? '';
  return {
    orderId,
    shopId: order['shopId'],
    orderNumber: order['orderNumber'],
    amount: order['total'],
    currency: order['currency'],
    token: { type: 'customer', id: token },
    capture: true,
    billTo: {
      fullName: customer['fullName'],
      email: customer['email'],
      addressText: address,
      country: address.split('\n').at(-1)?.trim() ?? '',
    },
    ipAddress: '203.0.113.10',
  };
}

function change(
  { ledger }: ShopContext,
  orderNumber: string,
  values: Partial<Pick<ShopOrder, 'orderId' | 'paymentId' | 'paymentStatus'>>,
): void {
  const order = ledger.get<ShopOrder>(kind, orderNumber);
  if (order !== undefined) ledger.put(kind, orderNumber, { ...order, ...values });
}

function failed(
  context: ShopContext,
  failure: { orderNumber: string; step: 'order' | 'payment'; answer: GatewayAnswer },
): CheckoutResult {
  const { orderNumber, step, answer } = failure;
  const detail = textAt(answer.body, 'detail') ?? textAt(answer.body, 'title') ?? 'no answer';
  note(context, orderNumber, { status: `${step}_failed`, detail, by: 'shop' });
  return {
    httpStatus: 502,
    body: { orderNumber, step, gatewayStatus: answer.status, gateway: answer.body },
  };
}
