const filler = 'lorem ipsum ';

/** An update of a payment as JSON, filled up to about so many bytes. */
export function paymentJson(
  paymentId: string,
  { version, valueBytes = 0 }: { readonly version: number; readonly valueBytes?: number },
): object {
  const bare = {
    eventId: `${paymentId}-${version}`,
    paymentId,
    orderId: `order-${paymentId}`,
    orderNumber: '1001',
    merchantId: 'demo_merchant',
    version,
    state: 'captured',
    transactionId: '7000000000000000000001',
    amount: '12.50',
    currency: 'EUR',
    email: 'ada@example.com',
    fullName: 'Ada Lovelace',
    occurredAt: new Date().toISOString(),
  };
  const missing = valueBytes - JSON.stringify(bare).length;
  if (missing <= 0) return bare;
  return { ...bare, riskProfile: filler.repeat(Math.ceil(missing / filler.length)) };
}

/** A captured payment as JSON, as the naive mapper makes it. */
export function capturedJson(paymentId: string, version: number): object {
  return {
    eventId: `${paymentId}-${version}-captured`,
    paymentId,
    orderId: `order-${paymentId}`,
    version,
    status: 'paid',
    amountMinor: 1250,
    currency: 'EUR',
    customerEmail: 'ada@example.com',
    customerName: 'Ada Lovelace',
    occurredAt: new Date().toISOString(),
  };
}
