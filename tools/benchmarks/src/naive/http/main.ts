import 'reflect-metadata';
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import {
  Body,
  type CanActivate,
  Controller,
  type ExecutionContext,
  HttpCode,
  Injectable,
  Module,
  Post,
  UnauthorizedException,
  UseGuards,
  ValidationPipe,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DataSource } from 'typeorm';
import { openDoor } from '../../program-door.ts';
import { setting } from '../../program-settings.ts';
import { connectDatabase } from '../database.ts';
import { Webhook } from '../entities.ts';
import { NotificationDto } from './notification.dto.ts';

const key = Buffer.from(setting('WEBHOOK_KEY'), 'base64');
const windowMs = 5 * 60_000;

interface SignedRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Buffer;
}

@Injectable()
class SignatureGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<SignedRequest>();
    const header = request.headers['v-c-signature'] ?? '';
    const [, time = '', signature = ''] = /^t=(\d+);keyId=[^;]+;sig=(.+)$/.exec(header) ?? [];
    const expected = createHmac('sha256', key)
      .update(`${time}.${request.rawBody.toString()}`)
      .digest();
    const given = Buffer.from(signature, 'base64');
    const isFresh = Math.abs(Date.now() - Number(time)) <= windowMs;
    if (isFresh && given.length === expected.length && timingSafeEqual(given, expected))
      return true;
    throw new UnauthorizedException();
  }
}

@Injectable()
class WebhookService {
  constructor(private readonly dataSource: DataSource) {}

  async store(notification: NotificationDto): Promise<void> {
    const webhooks = this.dataSource.getRepository(Webhook);
    const { eventType, payload } = notification;
    const transactionId = payload.data.id;
    const known = await webhooks.findOneBy({ eventType, transactionId });
    if (known !== null) return;
    await webhooks.save(webhooks.create({ eventType, transactionId, payload }));
  }
}

@Controller('webhooks/cybersource')
@UseGuards(SignatureGuard)
class WebhookController {
  constructor(private readonly webhooks: WebhookService) {}

  @Post()
  @HttpCode(200)
  async receive(@Body() notification: NotificationDto): Promise<{ status: string }> {
    await this.webhooks.store(notification);
    return { status: 'stored' };
  }
}

@Module({
  controllers: [WebhookController],
  providers: [
    { provide: DataSource, useFactory: () => connectDatabase([Webhook]) },
    WebhookService,
    SignatureGuard,
  ],
})
class HttpModule {}

const app = await NestFactory.create<NestExpressApplication>(HttpModule, {
  rawBody: true,
  logger: ['warn', 'error', 'fatal'],
});
app.useGlobalPipes(new ValidationPipe({ transform: true }));
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address() as AddressInfo;
openDoor({}, { port });
