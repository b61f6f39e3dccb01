/** A promise of the product that did not hold. */
export interface Violation {
  /** Number of the invariant, as the reference page lists them; 0 for an error that nobody caught. */
  readonly invariant: number;
  readonly detail: string;
}

/** What became of one seed. */
export interface SeedReport {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** How often each kind of fault was injected. */
  readonly faults: Readonly<Record<string, number>>;
  /** Hash of the history: the same seed always has the same. */
  readonly digest: string;
  readonly virtualMs: number;
  /** Virtual time from the last fault until nothing was left to do. */
  readonly quietAfterMs: number;
  readonly realMs: number;
  /** The history itself, when it was asked for. */
  readonly lines: readonly string[];
}

/** What a worker is asked to do. */
export type SeedOrder =
  | { readonly kind: 'seed'; readonly seed: number; readonly isTold: boolean }
  | { readonly kind: 'end' };

/** What a worker answers. */
export type WorkerMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'report'; readonly report: SeedReport };
