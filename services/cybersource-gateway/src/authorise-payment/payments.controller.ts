import { Body, Controller, Get, Param, Post, Req } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { headerOf, type AdmittedRequest } from '../domain/admitted-request.ts';
import { isIdempotencyKey } from '../domain/idempotency.ts';
import type { PaymentAnswer } from '../domain/payment-answer.ts';
import { errors } from '../errors.ts';
import { AuthorisePayment } from './authorise-payment.ts';
import { CreatePaymentDto } from './create-payment.dto.ts';
import { PaymentAnswerDto } from './payment-answer.dto.ts';

/** Payments of orders, for shops. */
@ApiTags('payments')
@ApiHeader({ name: 'x-sluice-signature', required: true, description: 't=…;keyId=…;sig=…' })
@Controller('v1/payments')
export class PaymentsController {
  constructor(private readonly payments: AuthorisePayment) {}

  /**
   * Makes a payment. The same Idempotency-Key with the same body gives the first answer; with
   * another body 409. A decline is answered with 201 like a success.
   */
  @Post()
  @ApiOperation({ summary: 'Make a payment for an order' })
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '1 to 255 visible ASCII' })
  @ApiCreatedResponse({ type: PaymentAnswerDto })
  @ApiResponse({ status: 401, description: 'The signature is missing, stale, unknown or forged.' })
  @ApiResponse({ status: 409, description: 'The key was used with another body.' })
  @ApiResponse({ status: 422, description: 'A field, the amount, the currency or a card number.' })
  async create(
    @Body() body: CreatePaymentDto,
    @Req() request: AdmittedRequest,
  ): Promise<PaymentAnswer> {
    const idempotencyKey = headerOf(request, 'idempotency-key');
    if (!isIdempotencyKey(idempotencyKey)) throw errors.failure('IDEMPOTENCY_KEY_INVALID');
    const clientId = request.clientId ?? '';
    return await this.payments.authorise({ clientId, idempotencyKey, body });
  }

  /** How a payment stands now. Signed like a request with an empty body. */
  @Get(':paymentId')
  @ApiOperation({ summary: 'Read a payment' })
  @ApiOkResponse({ type: PaymentAnswerDto })
  @ApiResponse({ status: 404, description: 'No such payment.' })
  async find(@Param('paymentId') paymentId: string): Promise<PaymentAnswer> {
    return await this.payments.find(paymentId.slice(0, 64));
  }
}
