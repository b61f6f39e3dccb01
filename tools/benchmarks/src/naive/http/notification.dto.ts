import { Type } from 'class-transformer';
import { IsISO8601, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';

class AmountDetailsDto {
  @IsString()
  totalAmount: string;

  @IsString()
  currency: string;
}

class OrderInformationDto {
  @ValidateNested()
  @Type(() => AmountDetailsDto)
  amountDetails: AmountDetailsDto;

  @IsOptional()
  @IsObject()
  billTo?: object;
}

class ReferenceDto {
  @IsString()
  code: string;
}

class TransactionDto {
  @IsString()
  id: string;

  @IsString()
  status: string;

  @IsISO8601()
  submitTimeUtc: string;

  @ValidateNested()
  @Type(() => ReferenceDto)
  clientReferenceInformation: ReferenceDto;

  @ValidateNested()
  @Type(() => OrderInformationDto)
  orderInformation: OrderInformationDto;

  @IsOptional()
  @IsObject()
  processorInformation?: object;

  @IsOptional()
  @IsObject()
  paymentInformation?: object;
}

class PayloadDto {
  @ValidateNested()
  @Type(() => TransactionDto)
  data: TransactionDto;
}

export class NotificationDto {
  @IsString()
  webhookId: string;

  @IsString()
  transactionTraceId: string;

  @IsString()
  productId: string;

  @IsString()
  organizationId: string;

  @IsString()
  eventType: string;

  @IsISO8601()
  eventDate: string;

  @IsOptional()
  @IsString()
  requestType?: string;

  @ValidateNested()
  @Type(() => PayloadDto)
  payload: PayloadDto;
}
