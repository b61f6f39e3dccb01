/** How long batches took. */
export interface DrainResult {
  /** From the start to the first batch. */
  readonly firstMs: number;
  /** Of all later ones. */
  readonly batchesMs: readonly number[];
  readonly faults: readonly string[];
}
