import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { PaymentAnswer } from '../domain/payment-answer.ts';

const statuses = [
  'captured',
  'authorized',
  'declined',
  'in_review',
  'unknown',
  'voided',
  'refunded',
] as const;

/** How a payment stands. */
export class PaymentAnswerDto implements PaymentAnswer {
  /** Our id of the payment. */
  @ApiProperty()
  paymentId: string;

  /** `unknown` while Cybersource has not told how the call ended. A decline is a result. */
  @ApiProperty({ enum: statuses })
  status: (typeof statuses)[number];

  /** Cybersource transaction. */
  @ApiPropertyOptional()
  transactionId?: string;

  /** Why it was declined or is held, as Cybersource spells it. */
  @ApiPropertyOptional()
  reason?: string;
}
