export { commandDelivery } from './command-delivery.ts';
export type { TestCommand } from './command-delivery.ts';
