/** Names our transport to Nest, so that a handler binds to it and to no other. */
export const EVENT_TRANSPORT = Symbol('sluice.events');
