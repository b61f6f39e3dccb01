import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';

const visible = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const amountCharactersMax = 32;

/** Who orders. */
export class CustomerDto {
  @ApiProperty({ description: "The shop's customer id.", maxLength: 64 })
  @Matches(visible)
  @Length(1, 64)
  customerId: string;

  @ApiProperty({ description: 'E-mail as typed.', maxLength: 254 })
  @IsString()
  @Length(1, 254)
  email: string;

  @ApiProperty({ description: 'Name as typed, one field.', maxLength: 200 })
  @IsString()
  @Length(1, 200)
  fullName: string;

  @ApiPropertyOptional({ maxLength: 200 })
  @IsOptional()
  @IsString()
  @MaxLength(200)
  company?: string;

  @ApiPropertyOptional({ maxLength: 50 })
  @IsOptional()
  @IsString()
  @MaxLength(50)
  phone?: string;

  @ApiProperty({
    description: 'Lines separated by line feeds, the last one the ISO country code.',
    maxLength: 1000,
  })
  @IsString()
  @Length(1, 1000)
  billingAddress: string;

  @ApiPropertyOptional({ description: 'As above; the billing address when absent.' })
  @IsOptional()
  @IsString()
  @MaxLength(1000)
  shippingAddress?: string;
}

/** One line of an order. */
export class OrderLineDto {
  @ApiProperty({ description: 'Article number.', maxLength: 100 })
  @Matches(visible)
  @Length(1, 100)
  sku: string;

  @ApiProperty({ description: 'What the customer saw.', maxLength: 200 })
  @IsString()
  @Length(1, 200)
  name: string;

  @ApiProperty({ description: 'Pieces.', minimum: 1, maximum: 1_000_000 })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  quantity: number;

  @ApiProperty({ description: 'Decimal string.', example: '12.50' })
  @IsString()
  @Length(1, amountCharactersMax)
  unitPrice: string;
}

/** An order as a shop sends it. */
export class OrderDto {
  @ApiProperty({ description: 'The shop; the one that signs.', maxLength: 64 })
  @Matches(visible)
  @Length(1, 64)
  shopId: string;

  @ApiProperty({ description: "The shop's order number.", maxLength: 50 })
  @Matches(visible)
  @Length(1, 50)
  orderNumber: string;

  @ApiProperty({ description: 'ISO 8601 instant.', example: '2026-03-01T10:00:00Z' })
  @IsISO8601({ strict: true, strictSeparator: true })
  @MaxLength(40)
  placedAt: string;

  @ApiProperty({ description: 'ISO 4217 code.', example: 'EUR' })
  @IsString()
  @Length(1, 10)
  currency: string;

  @ApiProperty({ type: CustomerDto })
  @ValidateNested()
  @Type(() => CustomerDto)
  customer: CustomerDto;

  @ApiProperty({ type: [OrderLineDto], minItems: 1, maxItems: 200 })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(200)
  @ValidateNested({ each: true })
  @Type(() => OrderLineDto)
  lines: OrderLineDto[];

  @ApiPropertyOptional({ description: 'Decimal string; zero when absent.', example: '4.90' })
  @IsOptional()
  @IsString()
  @Length(1, amountCharactersMax)
  shippingTotal?: string;

  @ApiProperty({ description: 'Decimal string: lines and shipping.', example: '17.40' })
  @IsString()
  @Length(1, amountCharactersMax)
  total: string;

  @ApiPropertyOptional({ description: 'Note of the customer.', maxLength: 2000 })
  @IsOptional()
  @IsString()
  @MaxLength(2000)
  note?: string;
}

/** How an order stands. */
export class OrderAnswerDto {
  @ApiProperty({ description: 'Our id of the order (ULID).' })
  orderId: string;

  @ApiProperty()
  shopId: string;

  @ApiProperty()
  orderNumber: string;

  @ApiProperty({ description: 'received, or the last status the shop was told.' })
  status: string;
}
