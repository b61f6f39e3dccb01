import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { headerOf, type AdmittedRequest } from '../domain/admitted-request.ts';
import { isIdempotencyKey } from '../domain/idempotency.ts';
import { errors } from '../errors.ts';
import { AskRefund } from './ask-refund.ts';
import { CreateRefundDto, RefundAnswerDto } from './create-refund.dto.ts';

/** Refunds of payments. */
@ApiTags('refunds')
@ApiHeader({ name: 'x-sluice-signature', required: true, description: 't=…;keyId=…;sig=…' })
@Controller('v1/refunds')
export class RefundsController {
  constructor(private readonly refunds: AskRefund) {}

  /** Asks for a refund. The same Idempotency-Key with the same body is the same refund. */
  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Ask for a refund' })
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: '1 to 255 visible ASCII' })
  @ApiAcceptedResponse({ type: RefundAnswerDto })
  @ApiResponse({ status: 404, description: 'No such payment.' })
  @ApiResponse({ status: 409, description: 'Exceeds what is left, or the key was used otherwise.' })
  async create(
    @Body() body: CreateRefundDto,
    @Req() request: AdmittedRequest,
  ): Promise<RefundAnswerDto> {
    const idempotencyKey = headerOf(request, 'idempotency-key');
    if (!isIdempotencyKey(idempotencyKey)) throw errors.failure('IDEMPOTENCY_KEY_INVALID');
    return await this.refunds.ask({ clientId: request.clientId ?? '', idempotencyKey, body });
  }
}
