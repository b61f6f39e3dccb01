import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsEmail,
  IsIn,
  IsIP,
  IsNotEmptyObject,
  IsOptional,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';

const plainText = /^\P{Cc}*$/u;
const linesOfText = /^(?:\P{Cc}|[\r\n\t])*$/u;
const tokenTypes = [
  'customer',
  'payment_instrument',
  'instrument_identifier',
  'transient',
] as const;

/** A stored card: a token of Cybersource, never a card number. */
export class TokenDto {
  /** Kind of the token. */
  @ApiProperty({ enum: tokenTypes })
  @IsIn(tokenTypes)
  type: (typeof tokenTypes)[number];

  /** The token's id; for transient tokens the JWT or its `jti`. */
  @ApiProperty({ maxLength: 4096 })
  @IsString()
  @Matches(/^[\w.~+/=-]{1,4096}$/)
  id: string;
}

/** Who is billed. */
export class BillToDto {
  /** Name of the payer. */
  @ApiProperty({ maxLength: 120 })
  @IsString()
  @MinLength(1)
  @MaxLength(120)
  @Matches(plainText)
  fullName: string;

  /** E-mail address of the payer. */
  @ApiProperty({ maxLength: 254 })
  @IsEmail()
  @MaxLength(254)
  email: string;

  /** Address as typed, one line per line; the last line may be a country code. */
  @ApiPropertyOptional({ maxLength: 500 })
  @IsOptional()
  @IsString()
  @MaxLength(500)
  @Matches(linesOfText)
  addressText?: string;

  /** Country, ISO 3166-1 alpha-2. */
  @ApiPropertyOptional()
  @IsOptional()
  @Matches(/^[A-Z]{2}$/)
  country?: string;
}

/** A payment to make for an order. */
export class CreatePaymentDto {
  /** Our id of the order, from the answer of commerce-gateway. */
  @ApiProperty({ maxLength: 64 })
  @Matches(/^[\w-]{1,64}$/)
  orderId: string;

  /** The shop. */
  @ApiProperty({ maxLength: 64 })
  @Matches(/^[\w.-]{1,64}$/)
  shopId: string;

  /** The shop's order number. */
  @ApiProperty({ maxLength: 64 })
  @IsString()
  @MinLength(1)
  @MaxLength(64)
  @Matches(plainText)
  orderNumber: string;

  /** Decimal string with at most the decimals of the currency, for example `12.50`. */
  @ApiProperty({ example: '12.50', maxLength: 32 })
  @IsString()
  @MaxLength(32)
  amount: string;

  /** ISO 4217 code. */
  @ApiProperty({ example: 'EUR' })
  @IsString()
  @MaxLength(8)
  currency: string;

  /** The card, as a token. */
  @ApiProperty({ type: TokenDto })
  @IsNotEmptyObject()
  @ValidateNested()
  @Type(() => TokenDto)
  token: TokenDto;

  /** Capture at once; otherwise the amount is only authorised. */
  @ApiPropertyOptional({ default: true })
  @IsOptional()
  @IsBoolean()
  capture?: boolean;

  /** Who is billed. */
  @ApiProperty({ type: BillToDto })
  @IsNotEmptyObject()
  @ValidateNested()
  @Type(() => BillToDto)
  billTo: BillToDto;

  /** Address the customer pays from. */
  @ApiPropertyOptional()
  @IsOptional()
  @IsIP()
  ipAddress?: string;
}
