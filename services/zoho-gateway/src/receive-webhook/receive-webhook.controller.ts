import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ReceiveWebhook } from './receive-webhook.ts';

interface WebhookRequest {
  readonly rawBody?: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly query: unknown;
}

/** Webhooks of Zoho. */
@ApiTags('webhooks')
@Controller('webhooks/zoho')
export class ReceiveWebhookController {
  constructor(private readonly webhooks: ReceiveWebhook) {}

  /**
   * Takes a webhook of Books in any of its three encodings, signed with the shared secret.
   *
   * It is stored before the answer; a repetition is answered alike and changes nothing.
   */
  @Post('books')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take a webhook of Books' })
  @ApiOkResponse({ description: 'Stored, or known already.' })
  @ApiResponse({ status: 400, description: 'WEBHOOK_UNREADABLE' })
  @ApiResponse({ status: 401, description: 'WEBHOOK_SIGNATURE_INVALID' })
  @ApiResponse({ status: 413, description: 'BODY_TOO_LARGE' })
  @ApiResponse({ status: 422, description: 'CARD_NUMBER_REFUSED' })
  async books(@Req() request: WebhookRequest): Promise<{ readonly status: string }> {
    await this.webhooks.receive({
      raw: request.rawBody ?? Buffer.alloc(0),
      contentType: header(request, 'content-type') ?? '',
      signature: header(request, 'x-zoho-webhook-signature') ?? '',
      query: textEntries(request.query),
    });
    return { status: 'stored' };
  }
}

function header(request: WebhookRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

function textEntries(query: unknown): ReadonlyMap<string, string> {
  const entries = typeof query === 'object' && query !== null ? Object.entries(query) : [];
  return new Map(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
