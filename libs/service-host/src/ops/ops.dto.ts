import type { EffectState } from '@sluice/effects';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** A bounded list. */
export class ListQuery {
  /** Rows at most. @default 100 */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit: number = 100;
}

const effectStates: readonly EffectState[] = [
  'PLANNED',
  'CLAIMED',
  'SENDING',
  'UNKNOWN',
  'RESOLVING',
  'DUPLICATE',
  'MANUAL',
  'SUCCEEDED',
  'REJECTED',
  'ABANDONED',
];

/** Which effects to list. */
export class EffectsQuery extends ListQuery {
  /** Order or payment id the effect is about. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  subject?: string;

  /** State of the effect, for example UNKNOWN or MANUAL. */
  @IsOptional()
  @IsIn(effectStates)
  state?: EffectState;
}
