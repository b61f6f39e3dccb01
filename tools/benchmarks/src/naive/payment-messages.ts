import { IsInt, IsISO8601, IsOptional, IsString, Matches, Min } from 'class-validator';

/** What the source says of a payment. */
export class PaymentUpdatedDto {
  @IsString()
  eventId: string;

  @IsString()
  paymentId: string;

  @IsString()
  orderId: string;

  @IsString()
  orderNumber: string;

  @IsString()
  merchantId: string;

  @IsInt()
  @Min(1)
  version: number;

  @IsString()
  state: string;

  @IsString()
  transactionId: string;

  @Matches(/^\d+\.\d{2}$/)
  amount: string;

  @Matches(/^[A-Z]{3}$/)
  currency: string;

  @IsOptional()
  @IsString()
  email?: string;

  @IsOptional()
  @IsString()
  fullName?: string;

  @IsISO8601()
  occurredAt: string;
}

/** What the mapper makes of it. */
export class PaymentCapturedDto {
  @IsString()
  eventId: string;

  @IsString()
  paymentId: string;

  @IsString()
  orderId: string;

  @IsInt()
  @Min(1)
  version: number;

  @IsString()
  status: string;

  @IsInt()
  amountMinor: number;

  @Matches(/^[A-Z]{3}$/)
  currency: string;

  @IsString()
  customerEmail: string;

  @IsString()
  customerName: string;

  @IsISO8601()
  occurredAt: string;
}
