import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { type PaymentState, paymentStates } from '../views.ts';

/** Which payments to list. */
export class PaymentsQuery {
  /** Beginning of an order number, payment id, order id, Zoho id, transaction id, e-mail address or name. */
  @ApiPropertyOptional({ maxLength: 200 })
  @IsOptional()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' ? value.replaceAll('\0', '').trim() : value,
  )
  @IsString()
  @MaxLength(200)
  query?: string;

  /** State of the payment. */
  @ApiPropertyOptional({ enum: paymentStates })
  @IsOptional()
  @IsIn(paymentStates)
  state?: PaymentState;

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
