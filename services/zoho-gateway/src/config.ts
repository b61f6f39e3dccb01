import { ServiceSettings, Setting } from '@sluice/config';
import { IsInt, IsString, IsUrl, Length, Matches, Max, Min } from 'class-validator';

const url = { require_tld: false, require_protocol: true, protocols: ['http', 'https'] };

/** Settings of zoho-gateway. */
export class ZohoGatewaySettings extends ServiceSettings {
  @Setting('ZOHO_ACCOUNTS_URL', { doc: 'Accounts server of the data centre.' })
  @IsUrl(url)
  zohoAccountsUrl: string;

  @Setting('ZOHO_API_URL', { doc: 'Host of the APIs of Books, Inventory and CRM.' })
  @IsUrl(url)
  zohoApiUrl: string;

  @Setting('ZOHO_DESK_URL', { doc: 'Host of the API of Desk.' })
  @IsUrl(url)
  zohoDeskUrl: string;

  @Setting('ZOHO_CLIENT_ID', { doc: 'Client id of the registered application.' })
  @IsString()
  zohoClientId: string;

  @Setting('ZOHO_CLIENT_SECRET', { doc: 'Client secret of the application.', secret: true })
  @IsString()
  zohoClientSecret: string;

  @Setting('ZOHO_REFRESH_TOKEN', { doc: 'Refresh token of the connection.', secret: true })
  @IsString()
  zohoRefreshToken: string;

  @Setting('ZOHO_ORGANIZATION_ID', { doc: 'Organisation in Books and Inventory.' })
  @Matches(/^\d{1,25}$/)
  zohoOrganizationId: string;

  @Setting('ZOHO_DESK_ORG_ID', { doc: 'Organisation in Desk.' })
  @Matches(/^\d{1,25}$/)
  zohoDeskOrgId: string;

  @Setting('ZOHO_DESK_DEPARTMENT_ID', { doc: 'Department in Desk that receives the tickets.' })
  @Matches(/^\d{1,25}$/)
  zohoDeskDepartmentId: string;

  @Setting('ZOHO_WEBHOOK_SECRET', {
    doc: 'Secret of the webhooks in Books, 12 to 50 letters and digits.',
    secret: true,
  })
  @Length(12, 50)
  zohoWebhookSecret: string;

  @Setting('ZOHO_RATE_PER_MINUTE', {
    doc: 'Calls a minute that all replicas make together, per organisation.',
    default: 100,
  })
  @IsInt()
  @Min(1)
  @Max(10_000)
  zohoRatePerMinute: number;

  @Setting('ZOHO_CONCURRENCY', { doc: 'Calls that run at the same time, at most.', default: 5 })
  @IsInt()
  @Min(1)
  @Max(100)
  zohoConcurrency: number;

  @Setting('ZOHO_TIMEOUT_MS', { doc: 'Longest wait for an answer, milliseconds.', default: 10_000 })
  @IsInt()
  @Min(100)
  @Max(120_000)
  zohoTimeoutMs: number;

  @Setting('ZOHO_UNIQUE_FIELD', {
    doc: 'API name of the custom field that refuses duplicates in every module.',
    default: 'cf_sluice_key',
  })
  @Matches(/^cf_[a-z0-9_]{1,60}$/)
  zohoUniqueField: string;

  @Setting('ZOHO_CLEARING_ACCOUNT_NAME', {
    doc: 'Name of the clearing account in Books; {currency} stands for the ISO code.',
    default: 'Cybersource Clearing {currency}',
  })
  @Length(1, 100)
  zohoClearingAccountName: string;

  @Setting('ZOHO_BACKFILL_MS', {
    doc: 'Pause between two searches for credit notes whose webhook was lost, milliseconds.',
    default: 300_000,
  })
  @IsInt()
  @Min(1000)
  @Max(86_400_000)
  zohoBackfillMs: number;

  @Setting('WEBHOOK_POLL_MS', {
    doc: 'Longest pause between two looks for stored webhooks that wait to be worked on, milliseconds.',
    default: 500,
  })
  @IsInt()
  @Min(50)
  @Max(60_000)
  webhookPollMs: number;

  @Setting('EFFECT_QUIET_PERIOD_MS', {
    doc: 'Wait before the outcome of a call without an answer is looked up, milliseconds.',
    default: 5000,
  })
  @IsInt()
  @Min(0)
  @Max(3_600_000)
  effectQuietPeriodMs: number;
}
