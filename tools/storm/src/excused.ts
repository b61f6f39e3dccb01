import type { Row, TestOrder } from '@sluice/end-to-end';

/**
 * Numbers of orders of which something waits for people: what is missing of them may be missing.
 *
 * What is there twice, or over a wrong amount, is never excused.
 */
export function excusedOrders(
  effectsForPeople: readonly Row[],
  orders: readonly TestOrder[],
): ReadonlySet<string> {
  const subjects = new Set(effectsForPeople.map(({ subject }) => String(subject)));
  const excused = orders.filter(
    ({ orderId, paymentId, orderNumber }) =>
      subjects.has(orderId) || subjects.has(paymentId) || subjects.has(orderNumber),
  );
  return new Set(excused.map(({ orderNumber }) => orderNumber));
}
