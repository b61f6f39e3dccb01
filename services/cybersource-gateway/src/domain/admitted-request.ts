import type { SignedPart } from './webhook-signature.ts';

/** A request as the handlers get it: verified, and free of card numbers. */
export interface AdmittedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body's exact bytes; absent when there was none. */
  readonly rawBody?: Buffer;
  readonly body?: unknown;
  /** Who signed it, on the routes for clients. */
  clientId?: string;
  /** Which part of a notification was signed, on the route for Cybersource. */
  signedPart?: SignedPart;
}

/** The one value of a header; undefined when it is absent or repeated. */
export function headerOf(request: AdmittedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
