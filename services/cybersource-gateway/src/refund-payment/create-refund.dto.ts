import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Matches, MaxLength } from 'class-validator';

/** Money to give back. */
export class CreateRefundDto {
  /** The payment. */
  @ApiProperty({ maxLength: 64 })
  @Matches(/^[\w-]{1,64}$/)
  paymentId: string;

  /** Decimal string with at most the decimals of the currency. */
  @ApiProperty({ example: '12.50', maxLength: 32 })
  @IsString()
  @MaxLength(32)
  amount: string;

  /** ISO 4217 code; the payment's. */
  @ApiProperty({ example: 'EUR' })
  @IsString()
  @MaxLength(8)
  currency: string;

  /** Why, in the words of whoever asks. */
  @ApiPropertyOptional({ maxLength: 255 })
  @IsOptional()
  @IsString()
  @MaxLength(255)
  @Matches(/^\P{Cc}*$/u)
  reason?: string;
}

/** A refund that was asked; the flow `refund` carries it out. */
export class RefundAnswerDto {
  /** Our id of the refund. */
  @ApiProperty()
  refundId: string;

  /** Always `requested`; the payment tells when the money went back. */
  @ApiProperty({ enum: ['requested'] })
  status: 'requested';
}
