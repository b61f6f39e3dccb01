declare global {
  /** Where the part that locks scrolling behind an open window looks for the nonce. */
  var __webpack_nonce__: string | undefined;
}

/** The nonce that the page's policy asks of style elements made by scripts. */
export function styleNonce(): string {
  const nonce = document.querySelector('meta[name="csp-nonce"]')?.getAttribute('content') ?? '';
  globalThis.__webpack_nonce__ = nonce;
  return nonce;
}
