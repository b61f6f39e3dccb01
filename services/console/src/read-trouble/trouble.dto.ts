import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

/** A page of a list. */
export class PagedQuery {
  /** `nextCursor` of the page before. */
  @ApiPropertyOptional({ maxLength: 800 })
  @IsOptional()
  @IsString()
  @MaxLength(800)
  cursor?: string;

  /** Rows of one page. @default 50 */
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit: number = 50;
}

/** Which dead letters to list. */
export class DeadLettersQuery extends PagedQuery {
  /** Failure code, for example `MAPPING_UNMAPPED`. */
  @ApiPropertyOptional({ maxLength: 100 })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  code?: string;
}

/** Which breaks to list. */
export class BreaksQuery extends PagedQuery {
  /** Resolved breaks too. @default false */
  @ApiPropertyOptional({ default: false })
  @Transform(({ value }: { value: unknown }) => value === true || value === 'true')
  @IsBoolean()
  withResolved: boolean = false;
}
