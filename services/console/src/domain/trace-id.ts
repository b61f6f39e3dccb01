/** Trace id of a W3C `traceparent`; null when there is none. */
export function traceIdOf(traceparent: string | undefined | null): string | null {
  return /^00-([0-9a-f]{32})-/.exec(traceparent ?? '')?.[1] ?? null;
}
