export { HttpClient } from './http-client.ts';
export type { HttpClientOptions, HttpReply, HttpRequest } from './http-client.ts';
export { HttpNotSent, HttpOutcomeUnknown } from './failures.ts';
