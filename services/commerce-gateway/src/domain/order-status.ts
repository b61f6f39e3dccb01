/** How far an order has come; a status of a lower step never replaces one of a higher step. */
const steps: ReadonlyMap<string, number> = new Map([
  ['paid', 2],
  ['partially_refunded', 3],
  ['refunded', 4],
]);

/**
 * True when the new status may be told to the shop.
 *
 * News of a payment that was refused or held may arrive after another payment of the same order was
 * captured; such late news must not set the order back.
 */
export function mayFollow(current: string, next: string): boolean {
  return stepOf(next) >= stepOf(current);
}

function stepOf(status: string): number {
  return steps.get(status) ?? 1;
}
