import type { Arguments, Output } from '@sluice/commands';
import { PermanentFailure } from '@sluice/failure';
import type { ZohoRefused } from '../gateways/zoho.gateway.ts';

/** What a function knows about the effect it runs in. */
export interface FunctionCall {
  /** Counts from 1; a later attempt must bear that an earlier one half happened. */
  readonly attempt: number;
  /**
   * Instant of the monotonic clock after which nothing may be created any more: somebody else may
   * have taken the effect over by the time it would arrive.
   */
  readonly createUntilMs: number;
  /** Runs another function as an effect of its own, under this one's key and a suffix. */
  sub(name: string, suffix: string, values: Arguments): Promise<Output>;
}

/**
 * One function of the catalogue: how it is asked of Zoho, and how its outcome is found again.
 *
 * `send` and `lookUp` throw what the gateway throws; `FunctionRefused` is a refusal the flow may
 * catch.
 */
export abstract class ZohoFunction {
  /** `name:version` of the catalogue; parts of a function have a name without a version. */
  abstract readonly name: string;
  abstract readonly effectClass: 'B' | 'C';
  /** Performs it; may run again for the same key after `lookUp` found nothing. */
  abstract send(values: Arguments, call: FunctionCall): Promise<Output>;
  /** What stands in Zoho for these arguments: nothing, one output, or duplicates. */
  lookUp?(values: Arguments): Promise<readonly Output[]>;
  /** Whether what stands in Zoho is what was asked for; amounts to the minor unit. */
  agrees(_values: Arguments, _output: Output): boolean {
    return true;
  }
  /** The catalogue's name for a refusal of Zoho, when the flow may catch it. */
  refusalOf(_error: ZohoRefused): string | undefined {
    return undefined;
  }
}

/** A refusal that the catalogue declares for the function; the flow may catch it. */
export class FunctionRefused extends PermanentFailure {}
