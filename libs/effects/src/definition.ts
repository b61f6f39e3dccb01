import type { EntityManager } from 'typeorm';

/**
 * What a vendor gives against repetition.
 *
 * A: a key of ours that the provider honours. B: a unique field with upsert. C: nothing, but we can
 * look before and after. D: neither (mail, chat); sent at most once.
 */
export type EffectClass = 'A' | 'B' | 'C' | 'D';

/** How an effect ended. A refusal by the vendor is a result, not an error. */
export type EffectResult<O> =
  | { readonly state: 'SUCCEEDED'; readonly output: O }
  | {
      readonly state: 'REJECTED';
      readonly code: string;
      readonly detail: string;
      readonly details?: unknown;
    };

/** What one attempt knows of itself. */
export interface EffectContext {
  /** The effect's key, the same in every attempt: derive the provider's key from it. */
  readonly key: string;
  /** Counts from 1 over all attempts to send. */
  readonly attempt: number;
}

/** An effect as `settle` sees it. */
export interface SettledEffect<I> {
  readonly key: string;
  readonly kind: string;
  readonly tenant: string;
  readonly subject: string;
  readonly input: I;
  readonly attempts: number;
}

/** One kind of act on a third party. */
export interface EffectDefinition<I, O> {
  /** Names the kind, for example `cybersource.create-payment`. */
  readonly kind: string;
  readonly effectClass: EffectClass;
  /**
   * Waits for whatever a call needs (rate budget) before anything is marked as sent. A failure here
   * leaves the effect planned. What it returns is called once the attempt has ended.
   */
  readonly prepare?: (input: I, context: EffectContext) => Promise<() => Promise<void> | void>;
  /**
   * Performs the effect, bounded in time well below `leaseMs`.
   *
   * Throws `NotExecuted` when the request provably had no effect, `Rejected` when the vendor
   * refused it; anything else means that the outcome is unknown.
   */
  readonly send: (input: I, context: EffectContext) => Promise<O>;
  /**
   * What the provider holds for this effect: by the derived key first, then by natural key.
   * Required for class C. An empty answer must be proof of absence once the quiet period is over.
   * Throws `Rejected` when the provider holds nothing but its refusal.
   */
  readonly lookUp?: (input: I, context: EffectContext) => Promise<readonly O[]>;
  /** Whether what was found is what was asked for; amounts to the minor unit. @default always */
  readonly agrees?: (input: I, output: O) => boolean;
  /** Whether it may be sent again when look-up found nothing, or without one by the same key. */
  readonly resendSafe: boolean;
  /** Wait after an unknown outcome before looking, longer than the provider's index lags. @default 30_000 */
  readonly quietPeriodMs?: number;
  /** Age at which an effect that has not ended goes to people. @default 86_400_000 */
  readonly deadlineMs?: number;
  /** Longest time one attempt is believed to be running. @default 60_000 */
  readonly leaseMs?: number;
  /** What of a request or reply may be kept for the operator. @default secrets by name removed */
  readonly redact?: (value: unknown) => unknown;
  /** Runs in the transaction that ends the effect: save what follows from it, append events. */
  readonly settle?: (
    tx: EntityManager,
    effect: SettledEffect<I>,
    result: EffectResult<O>,
  ) => Promise<void>;
}

/** A definition whose types are no longer of interest. */
export type AnyDefinition = EffectDefinition<unknown, unknown>;

/**
 * Refuses a definition that would send twice without proof.
 * @throws Error at start, never later.
 */
export function assertSound(definition: AnyDefinition): void {
  const { kind, effectClass, lookUp, resendSafe } = definition;
  if (effectClass === 'C' && lookUp === undefined) {
    throw new Error(`Effect ${kind} is of class C and needs a look-up`);
  }
  if (effectClass === 'D' && resendSafe) {
    throw new Error(`Effect ${kind} is of class D and can never be sent again safely`);
  }
}
