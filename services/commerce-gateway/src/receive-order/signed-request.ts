/** What the door reads of a request, and what it leaves for the handler. */
export interface SignedRequest {
  readonly rawBody?: Buffer;
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The shop that signed; set once the signature is proven. */
  signingShopId?: string;
}
