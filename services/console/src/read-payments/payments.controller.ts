import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ConsoleSettings } from '../config.ts';
import { parseCursor } from '../domain/cursor.ts';
import { PaymentRepository } from '../storage/payment.repository.ts';
import type { EffectsView, PageView, PaymentView, StoryView } from '../views.ts';
import { PaymentsQuery } from './payments.dto.ts';
import { ReadStory } from './read-story.ts';

/** Payments, and the story of each from checkout to books. */
@ApiTags('payments')
@Controller('api/v1')
export class PaymentsController {
  constructor(
    private readonly payments: PaymentRepository,
    private readonly story: ReadStory,
    @Inject(ConsoleSettings) private readonly settings: ConsoleSettings,
  ) {}

  /** Lists payments and unpaid orders, newest first, by pages. */
  @Get('payments')
  @ApiOperation({ summary: 'Payments and unpaid orders, newest first' })
  @ApiOkResponse({ description: 'One page, and the cursor of the next; 422 CURSOR_INVALID.' })
  async list(
    @Query() { query, state, cursor, limit }: PaymentsQuery,
  ): Promise<PageView<PaymentView>> {
    const after = parseCursor(cursor);
    return await this.payments.page(this.settings.tenant, {
      limit,
      ...(query === undefined || query === '' ? {} : { text: query }),
      ...(state === undefined ? {} : { state }),
      ...(after === undefined ? {} : { cursor: after }),
    });
  }

  /** Tells the story of the order that a payment belongs to. */
  @Get('payments/:paymentId')
  @ApiOperation({ summary: 'The story of a payment: every hop from checkout to books' })
  @ApiOkResponse({ description: 'The order with its hops; 404 PAYMENT_NOT_SEEN.' })
  async payment(@Param('paymentId') paymentId: string): Promise<StoryView> {
    return await this.story.ofPayment(paymentId);
  }

  /** Tells the story of an order. */
  @Get('orders/:orderId')
  @ApiOperation({ summary: 'The story of an order' })
  @ApiOkResponse({ description: 'The order with its hops; 404 ORDER_NOT_SEEN.' })
  async order(@Param('orderId') orderId: string): Promise<StoryView> {
    return await this.story.ofOrder(orderId);
  }

  /** Asks the services for the effects of an order; who does not answer in time is named. */
  @Get('orders/:orderId/effects')
  @ApiOperation({ summary: 'Calls of third parties for an order, with every attempt' })
  @ApiOkResponse({ description: 'Effects of the services that answered, and who did not.' })
  async effects(@Param('orderId') orderId: string): Promise<EffectsView> {
    return await this.story.effectsOf(orderId);
  }
}
