import {
  Body,
  Controller,
  Get,
  HttpStatus,
  Param,
  Post,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { StoredOrder } from '../storage/order.repository.ts';
import { OrderAnswerDto, OrderDto } from './order.dto.ts';
import { ReceiveOrder } from './receive-order.ts';
import { ShopSignatureGuard } from './shop-signature.guard.ts';
import type { SignedRequest } from './signed-request.ts';

interface Reply {
  status(code: number): unknown;
}

/** Orders of shops. */
@ApiTags('orders')
@ApiHeader({ name: 'x-sluice-signature', required: true, description: 't=…;keyId=…;sig=…' })
@UseGuards(ShopSignatureGuard)
@Controller('v1/orders')
export class OrdersController {
  constructor(private readonly orders: ReceiveOrder) {}

  /**
   * Takes an order. The same order again is answered with 200 and the same body; another order
   * under the same number with 409.
   */
  @Post()
  @ApiOperation({ summary: 'Send an order' })
  @ApiCreatedResponse({ type: OrderAnswerDto })
  @ApiOkResponse({ type: OrderAnswerDto, description: 'The order was sent before.' })
  @ApiResponse({ status: 401, description: 'The signature is missing, stale, unknown or forged.' })
  @ApiResponse({ status: 403, description: 'SHOP_MISMATCH' })
  @ApiResponse({ status: 409, description: 'ORDER_CONFLICT' })
  @ApiResponse({ status: 422, description: 'A field, an amount, the currency or a card number.' })
  async create(
    @Body() body: OrderDto,
    @Req() request: SignedRequest,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<OrderAnswerDto> {
    const { order, isNew } = await this.orders.receive(body, request.signingShopId ?? '');
    reply.status(isNew ? HttpStatus.CREATED : HttpStatus.OK);
    return answerOf(order);
  }

  /** How an order stands. Signed like a request with an empty body. */
  @Get(':orderId')
  @ApiOperation({ summary: 'Read an order' })
  @ApiOkResponse({ type: OrderAnswerDto })
  @ApiResponse({ status: 404, description: 'ORDER_NOT_FOUND' })
  async find(
    @Param('orderId') orderId: string,
    @Req() request: SignedRequest,
  ): Promise<OrderAnswerDto> {
    return answerOf(await this.orders.find(orderId.slice(0, 64), request.signingShopId ?? ''));
  }
}

function answerOf({ orderId, shopId, orderNumber, status }: StoredOrder): OrderAnswerDto {
  return { orderId, shopId, orderNumber, status };
}
