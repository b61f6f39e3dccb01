import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from './config.ts';
import { startSandbox, type Sandbox } from './sandbox.ts';

const settings = readSettings({});
let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sandbox-sdk-'));
  sandbox = await startSandbox({ cybersourceGatewayUrl: 'http://127.0.0.1:1' });
});

afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ledgerOf(url: string, kind: string): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${url}/_control/ledger/${kind}`);
  return ((await answer.json()) as Record<string, Record<string, unknown>[]>)[kind] ?? [];
}

describe('the official cybersource-rest-client', () => {
  it('creates a payment at the twin, unmodified', { timeout: 60_000 }, async () => {
    const { default: sdk } = await import('cybersource-rest-client');
    const configuration = {
      authenticationType: 'http_signature',
      runEnvironment: 'apitest.cybersource.com',
      intermediateHost: sandbox.cybersourceUrl,
      merchantID: settings.cybersourceMerchantId,
      merchantKeyId: settings.cybersourceKeyId,
      merchantsecretKey: settings.cybersourceSharedSecret,
      logConfiguration: { enableLog: false, logDirectory: folder },
    };
    const request = {
      clientReferenceInformation: { code: 'SDK-1' },
      processingInformation: { capture: true },
      paymentInformation: {
        card: { number: '4111111111111111', expirationMonth: '12', expirationYear: '2031' },
      },
      orderInformation: {
        amountDetails: { totalAmount: '102.21', currency: 'EUR' },
        billTo: { firstName: 'Jörg', lastName: 'Meyer', email: 'joerg@shop.test' },
      },
    };

    const answer = await new Promise<{ id: string; status: string }>((resolve, reject) => {
      const api = new sdk.PaymentsApi(configuration, new sdk.ApiClient());
      api.createPayment(request, (error, data) => {
        if (error !== null && error !== undefined) reject(new Error(JSON.stringify(error)));
        else if (data !== undefined) resolve(data);
      });
    });

    expect(answer.status).toBe('AUTHORIZED');
    expect(answer.id).toMatch(/^\d{22}$/);
    const payments = await ledgerOf(sandbox.cybersourceUrl, 'payments');
    expect(payments).toHaveLength(1);
    expect(payments[0]).toMatchObject({ id: answer.id, code: 'SDK-1', amountMinor: '10221' });
  });
});

describe('the official @zohocrm/nodejs-sdk-8.0', () => {
  it('creates a contact at the twin, unmodified', { timeout: 60_000 }, async () => {
    const sdk = await import('@zohocrm/nodejs-sdk-8.0');
    const { zohoUrl } = sandbox;
    const token = new sdk.OAuthBuilder()
      .clientId(settings.zohoClientId)
      .clientSecret(settings.zohoClientSecret)
      .refreshToken(settings.zohoRefreshToken)
      .build();
    const builder = await new sdk.InitializeBuilder();
    await builder
      .environment(sdk.DataCenter.setEnvironment(zohoUrl, `${zohoUrl}/oauth/v2/token`, zohoUrl))
      .token(token)
      .store(new sdk.FileStore(join(folder, 'tokens.txt')))
      .resourcePath(folder)
      .initialize();
    const record = new sdk.Record.Record();
    record.addKeyValue('Last_Name', 'Lindqvist');
    record.addKeyValue('Email', 'mara@shop.test');
    const body = new sdk.Record.BodyWrapper();
    body.setData([record]);

    const answer = await new sdk.Record.RecordOperations('Contacts').createRecords(body);

    expect(answer.getStatusCode()).toBe(201);
    const id = String(answer.getObject().getData()[0]?.getDetails().get('id'));
    const contacts = await ledgerOf(zohoUrl, 'crm-contacts');
    expect(contacts).toHaveLength(1);
    expect(contacts[0]).toMatchObject({
      id,
      values: { Last_Name: 'Lindqvist', Email: 'mara@shop.test' },
    });
  });
});
