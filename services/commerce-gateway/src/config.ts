import { resolve } from 'node:path';
import { ServiceSettings, Setting } from '@sluice/config';
import { IsIn, IsInt, IsString, Max, Min, MinLength } from 'class-validator';

/** Settings of commerce-gateway. */
export class CommerceGatewaySettings extends ServiceSettings {
  @Setting('SHOP_SIGNING_SECRETS', {
    doc: 'Secrets the shops sign with: shopId:secret, separated by commas.',
    secret: true,
  })
  @IsString()
  @MinLength(3)
  shopSigningSecrets: string;

  @Setting('SHOP_BASE_URLS', {
    doc: 'Where the shops are told of their orders: shopId=url, separated by commas.',
  })
  @IsString()
  @MinLength(3)
  shopBaseUrls: string;

  @Setting('SHOP_TIMEOUT_MS', {
    doc: 'Longest wait for the answer of a shop, milliseconds.',
    default: 10_000,
  })
  @IsInt()
  @Min(100)
  @Max(120_000)
  shopTimeoutMs: number;

  @Setting('MAIL_TRANSPORT', {
    doc: 'file writes each mail into MAIL_DIR, smtp sends it through SMTP_URL.',
    default: 'file',
  })
  @IsIn(['file', 'smtp'])
  mailTransport: 'file' | 'smtp';

  @Setting('MAIL_DIR', {
    doc: 'Folder of the mails of the file transport.',
    default: resolve(import.meta.dirname, '..', 'mail'),
  })
  @IsString()
  @MinLength(1)
  mailDir: string;

  @Setting('SMTP_URL', {
    doc: 'SMTP server with its credentials, for MAIL_TRANSPORT=smtp.',
    secret: true,
    default: '',
  })
  @IsString()
  smtpUrl: string;

  @Setting('MAIL_FROM', {
    doc: 'Sender of the mails to customers.',
    default: 'Sluice <no-reply@sluice.invalid>',
  })
  @IsString()
  @MinLength(3)
  mailFrom: string;

  @Setting('MAIL_TEMPLATES_DIR', {
    doc: 'Folder of the mail templates.',
    default: resolve(import.meta.dirname, '..', 'templates'),
  })
  @IsString()
  @MinLength(1)
  mailTemplatesDir: string;
}
