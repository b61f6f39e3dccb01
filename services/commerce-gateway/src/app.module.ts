import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { Clock } from '@sluice/clock';
import { CommandEffects, CommandOptions } from '@sluice/commands';
import { HttpClient } from '@sluice/outbound-http';
import { CardNumberRefusals, hostModule } from '@sluice/service-host';
import { DataSource } from 'typeorm';
import { CommerceGatewaySettings } from './config.ts';
import { readShopSecrets, readShopUrls } from './domain/shops.ts';
import { HttpShopGateway } from './gateways/http-shop.gateway.ts';
import { MailGateway } from './gateways/mail.gateway.ts';
import { loadMailTemplates } from './gateways/mail-templates.ts';
import { FileMailGateway, SmtpMailGateway } from './gateways/nodemailer-mail.gateway.ts';
import { ShopDirectory } from './gateways/shop-directory.ts';
import { ShopGateway } from './gateways/shop.gateway.ts';
import { notifyCustomerEffect } from './perform-command/notify-customer.effect.ts';
import { PerformCommandConsumer } from './perform-command/perform-command.consumer.ts';
import { ResolveEffectsJob } from './perform-command/resolve-effects.job.ts';
import { setOrderStatusEffect } from './perform-command/set-order-status.effect.ts';
import { OrdersController } from './receive-order/orders.controller.ts';
import { ReceiveOrder } from './receive-order/receive-order.ts';
import { migrations } from './storage/migrations.ts';
import { OrderRepository } from './storage/order.repository.ts';

/** Name of the service, as events and operators see it. */
export const serviceName = 'commerce-gateway';

/** All wiring of the service. */
@Module({})
export class AppModule {
  static with(settings: Readonly<CommerceGatewaySettings>): DynamicModule {
    return {
      module: AppModule,
      imports: [
        hostModule({
          name: serviceName,
          settings,
          migrations,
          publishes: ['sluice.commerce.v1.OrderReceived', 'sluice.commerce.v1.CommandCompleted'],
        }),
      ],
      controllers: [OrdersController, PerformCommandConsumer],
      providers: [
        ...gatewayProviders(settings),
        ordersProvider(settings),
        commandsProvider(settings),
        { provide: CommerceGatewaySettings, useValue: settings },
        CardNumberRefusals,
        ReceiveOrder,
        CommandEffects,
        ResolveEffectsJob,
      ],
    };
  }
}

function gatewayProviders(settings: Readonly<CommerceGatewaySettings>): Provider[] {
  const { mailTransport, mailDir: directory, mailFrom: from, smtpUrl } = settings;
  const shops = new ShopDirectory({
    urls: readShopUrls(settings.shopBaseUrls),
    secrets: readShopSecrets(settings.shopSigningSecrets),
  });
  return [
    { provide: ShopDirectory, useValue: shops },
    {
      provide: ShopGateway,
      inject: [Clock],
      useFactory: (clock: Clock) => {
        const allowedHosts = [...shops.urls.values()].map((url) => new URL(url).host);
        const timeoutMs = settings.shopTimeoutMs;
        const client = new HttpClient({ name: 'shop', allowedHosts, timeoutMs });
        return new HttpShopGateway(client, clock, shops);
      },
    },
    {
      provide: MailGateway,
      useFactory: () =>
        mailTransport === 'smtp'
          ? new SmtpMailGateway({ smtpUrl, from })
          : new FileMailGateway({ directory, from }),
    },
  ];
}

function ordersProvider({ tenant }: Readonly<CommerceGatewaySettings>): Provider {
  return {
    provide: OrderRepository,
    inject: [DataSource],
    useFactory: (dataSource: DataSource) => new OrderRepository(dataSource, tenant),
  };
}

function commandsProvider(settings: Readonly<CommerceGatewaySettings>): Provider {
  const templates = loadMailTemplates(settings.mailTemplatesDir);
  return {
    provide: CommandOptions,
    inject: [OrderRepository, ShopGateway, MailGateway],
    useFactory: (orders: OrderRepository, shop: ShopGateway, mail: MailGateway) =>
      new CommandOptions({
        vendor: 'commerce',
        definitions: [
          setOrderStatusEffect({ orders, shop }),
          notifyCustomerEffect({ mail, templates }),
        ],
      }),
  };
}
