import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { CommandEffects, CommandOptions } from '@sluice/commands';
import { HttpClient } from '@sluice/outbound-http';
import { RateBudget } from '@sluice/rate-budget';
import { CardNumberRefusals, hostModule } from '@sluice/service-host';
import { counter } from '@sluice/telemetry';
import { DataSource } from 'typeorm';
import { ZohoGatewaySettings } from './config.ts';
import { AccessTokens } from './gateways/access-tokens.ts';
import { allowedHosts } from './gateways/data-centres.ts';
import { HttpZohoAccounts } from './gateways/http-zoho-accounts.ts';
import { HttpZohoGateway, permitWaitMsMax } from './gateways/http-zoho.gateway.ts';
import { ZohoGateway } from './gateways/zoho.gateway.ts';
import { FunctionEffects, FunctionOptions } from './perform-command/function-effects.ts';
import { allFunctions } from './perform-command/functions/all-functions.ts';
import { PerformCommandConsumer } from './perform-command/perform-command.consumer.ts';
import { ReferenceData } from './perform-command/reference-data.ts';
import { ResolveEffectsJob } from './perform-command/resolve-effects.job.ts';
import { CreditNoteJobs } from './read-credit-notes/credit-notes.job.ts';
import { FindChangedCreditNotes } from './read-credit-notes/find-changed-credit-notes.ts';
import { ReadCreditNotes } from './read-credit-notes/read-credit-notes.ts';
import { ReceiveWebhookController } from './receive-webhook/receive-webhook.controller.ts';
import { ReceiveWebhook } from './receive-webhook/receive-webhook.ts';
import { BackFillRepository } from './storage/back-fill.repository.ts';
import { CreditNoteNoticeRepository } from './storage/credit-note-notice.repository.ts';
import { migrations } from './storage/migrations.ts';
import { OauthTokenRepository } from './storage/oauth-token.repository.ts';

/** Name of the service, as events and operators see it. */
export const serviceName = 'zoho-gateway';

const refusals = counter('sluice_zoho_refusals', 'Records that Zoho refused, by function and code');

/** All wiring of the service. */
@Module({})
export class AppModule {
  static with(settings: Readonly<ZohoGatewaySettings>): DynamicModule {
    return {
      module: AppModule,
      imports: [
        hostModule({
          name: serviceName,
          settings,
          migrations,
          publishes: [
            'sluice.zoho.v1.CommandCompleted',
            'sluice.zoho.v1.CreditNoteMarkedForRefund',
          ],
        }),
      ],
      controllers: [PerformCommandConsumer, ReceiveWebhookController],
      providers: [
        { provide: ZohoGatewaySettings, useValue: settings },
        gatewayProvider(settings),
        functionsProvider(settings),
        FunctionEffects,
        commandsProvider,
        CommandEffects,
        ...creditNoteProviders(settings),
        ResolveEffectsJob,
        CreditNoteJobs,
      ],
    };
  }
}

function gatewayProvider(settings: Readonly<ZohoGatewaySettings>): Provider {
  return {
    provide: ZohoGateway,
    inject: [DataSource, Clock],
    useFactory: (dataSource: DataSource, clock: Clock) => httpZoho(settings, dataSource, clock),
  };
}

function httpZoho(
  settings: Readonly<ZohoGatewaySettings>,
  dataSource: DataSource,
  clock: Clock,
): HttpZohoGateway {
  const { zohoAccountsUrl, zohoApiUrl, zohoDeskUrl, tenant } = settings;
  const { zohoClientId, zohoClientSecret, zohoRefreshToken } = settings;
  const client = new HttpClient({
    name: 'zoho',
    allowedHosts: allowedHosts([zohoAccountsUrl, zohoApiUrl, zohoDeskUrl]),
    timeoutMs: settings.zohoTimeoutMs,
  });
  const accounts = new HttpZohoAccounts(client, clock, {
    accountsUrl: zohoAccountsUrl,
    clientId: zohoClientId,
    clientSecret: zohoClientSecret,
    refreshToken: zohoRefreshToken,
  });
  const store = new OauthTokenRepository(dataSource, {
    tenant,
    refreshToken: zohoRefreshToken,
    clientSecret: zohoClientSecret,
  });
  const budget = (name: string) =>
    new RateBudget(dataSource, {
      name: `${tenant}/${name}`,
      perMinute: settings.zohoRatePerMinute,
      concurrency: settings.zohoConcurrency,
      clock,
    });
  const finance = budget('zoho-finance');
  return new HttpZohoGateway({
    client,
    tokens: new AccessTokens({ store, accounts, clock }),
    clock,
    budgets: {
      books: finance,
      inventory: finance,
      crm: budget('zoho-crm'),
      desk: budget('zoho-desk'),
    },
    endpoints: {
      apiUrl: zohoApiUrl,
      deskUrl: zohoDeskUrl,
      organizationId: settings.zohoOrganizationId,
      deskOrganizationId: settings.zohoDeskOrgId,
      uniqueField: settings.zohoUniqueField,
    },
  });
}

function functionsProvider(settings: Readonly<ZohoGatewaySettings>): Provider {
  return {
    provide: FunctionOptions,
    inject: [ZohoGateway, Clock],
    useFactory: (gateway: ZohoGateway, clock: Clock) => {
      const reference = new ReferenceData(gateway, clock, settings.zohoClearingAccountName);
      return new FunctionOptions({
        tenant: settings.tenant,
        quietPeriodMs: settings.effectQuietPeriodMs,
        // Two calls and their waits, one to look and one to write, and some air.
        leaseMs: 2 * (settings.zohoTimeoutMs + permitWaitMsMax) + 5000,
        callMsMax: settings.zohoTimeoutMs,
        functions: allFunctions(gateway, reference, {
          uniqueField: settings.zohoUniqueField,
          departmentId: settings.zohoDeskDepartmentId,
        }),
      });
    },
  };
}

const commandsProvider: Provider = {
  provide: CommandOptions,
  inject: [FunctionEffects],
  useFactory: (functions: FunctionEffects) =>
    new CommandOptions({
      vendor: 'zoho',
      definitions: functions.definitions(),
      onRefusal: (name, code) => refusals.add(1, { function: name, code }),
    }),
};

function creditNoteProviders(settings: Readonly<ZohoGatewaySettings>): Provider[] {
  const { tenant, zohoWebhookSecret: secret, zohoBackfillMs: intervalMs } = settings;
  const notices = new CreditNoteNoticeRepository(tenant);
  return [
    { provide: CreditNoteNoticeRepository, useValue: notices },
    ReadCreditNotes,
    CardNumberRefusals,
    {
      provide: ReceiveWebhook,
      inject: [DataSource, CardNumberRefusals],
      useFactory: (dataSource: DataSource, refusals: CardNumberRefusals) =>
        new ReceiveWebhook({ dataSource, notices, refusals, secret }),
    },
    {
      provide: FindChangedCreditNotes,
      inject: [DataSource, ZohoGateway, Clock],
      useFactory: (dataSource: DataSource, gateway: ZohoGateway, clock: Clock) => {
        const progress = new BackFillRepository(dataSource, tenant, 'creditnotes');
        const parts = { dataSource, gateway, notices, progress, clock, intervalMs };
        return new FindChangedCreditNotes(parts);
      },
    },
  ];
}
