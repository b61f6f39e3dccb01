import { Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Clock } from '@sluice/clock';
import { CybersourceGatewaySettings } from '../config.ts';
import type { AdmittedRequest } from '../domain/admitted-request.ts';
import { asObject } from '../domain/json-fields.ts';
import { readNotification } from '../domain/notification.ts';
import { errors } from '../errors.ts';
import { ReceiveNotifications } from './receive-notifications.ts';

/** Notifications of Cybersource. */
@ApiTags('webhooks')
@Controller('webhooks/cybersource')
export class WebhookController {
  constructor(
    private readonly notifications: ReceiveNotifications,
    private readonly settings: CybersourceGatewaySettings,
    private readonly clock: Clock,
  ) {}

  /** Stores one notification. Every delivery of the same event is answered 200 and counts once. */
  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Receive a notification' })
  @ApiHeader({ name: 'v-c-signature', required: true, description: 't=…;keyId=…;sig=…' })
  @ApiOkResponse({ description: 'Stored for good.' })
  @ApiResponse({ status: 400, description: 'Not a notification.' })
  @ApiResponse({ status: 401, description: 'The signature is missing, stale, unknown or forged.' })
  @ApiResponse({ status: 413, description: 'Larger than 256 KiB.' })
  @ApiResponse({ status: 422, description: 'A card number; nothing was stored.' })
  async receive(@Req() request: AdmittedRequest): Promise<{ readonly status: 'stored' }> {
    const { eventType, payload } = asObject(request.body);
    const isNotification = typeof payload === 'object' && payload !== null;
    if (!isNotification || typeof eventType !== 'string' || request.signedPart === undefined) {
      throw errors.failure('NOTIFICATION_INVALID');
    }
    const notification = readNotification(request.body, request.signedPart, {
      at: this.clock.now(),
      organizationId: this.settings.cybersourceMerchantId,
    });
    await this.notifications.receive(notification);
    return { status: 'stored' };
  }

  /** Answers Cybersource's health check of the address. */
  @Get()
  @ApiOperation({ summary: 'Answer the health check' })
  @ApiOkResponse({ description: 'The address is alive.' })
  answerHealthCheck(): { readonly status: 'alive' } {
    return { status: 'alive' };
  }
}
