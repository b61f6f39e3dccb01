import type { EventRecord } from '@sluice/messaging';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { paymentBody } from '../testing/requests.ts';
import { startTestApp, type Answer, type TestApp } from '../testing/test-app.ts';

const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

describe('POST /v1/settlement-imports', () => {
  let testApp: TestApp;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
  });

  afterAll(async () => {
    await testApp.close();
  });

  async function pay(): Promise<unknown> {
    const { body } = await testApp.send('POST', '/v1/payments', { body: paymentBody() });
    return body['paymentId'];
  }

  async function importReport(reportDate = tomorrow): Promise<Answer> {
    return await testApp.send('POST', '/v1/settlement-imports', { body: { reportDate } });
  }

  async function settlementEvents(): Promise<readonly EventRecord[]> {
    const events = await testApp.events();
    return events.filter(({ type }) => type.startsWith('sluice.settlements.'));
  }

  it('publishes every line once and the end of the report after them, however often it runs', async () => {
    const paymentId = await pay();

    const first = await importReport();
    const second = await importReport();

    const reportId = `demo_merchant/${tomorrow}`;
    expect(first).toMatchObject({ status: 200, body: { reportId, lineCount: 1, newLineCount: 1 } });
    expect(second.body).toMatchObject({ lineCount: 1, newLineCount: 0 });
    const events = await settlementEvents();
    expect(events.map(({ key }) => key)).toEqual([reportId, reportId]);
    expect(events.map(({ data }) => data)).toMatchObject([
      { merchantReference: paymentId, kind: 'sale', amount: { minor: 1250n, currency: 'EUR' } },
      { reportId, lineCount: 1n, reportDate: tomorrow },
    ]);
  });

  it('publishes what a grown report adds', async () => {
    const before = (await settlementEvents()).length;
    const paymentId = await pay();

    await importReport();

    const added = (await settlementEvents()).slice(before);
    expect(added.map(({ data }) => data)).toMatchObject([
      { merchantReference: paymentId },
      { lineCount: 2n },
    ]);
  });

  it('has no data for a day that has not come', async () => {
    expect(await importReport('2999-01-01')).toMatchObject({
      status: 200,
      body: { status: 'no_data' },
    });
  });

  it('says that a report cannot be read, and stores nothing of it', async () => {
    testApp.gateway.report = 'something else';

    const { status, body } = await importReport('2026-01-16');

    testApp.gateway.report = undefined;
    expect([status, body['code']]).toEqual([502, 'SETTLEMENT_REPORT_UNREADABLE']);
    expect(
      await testApp.rows(`select 1 from settlement_report where report_date = '2026-01-16'`),
    ).toEqual([]);
  });

  it('refuses what is no date', async () => {
    expect((await importReport('2026-02-31')).status).toBe(422);
  });
});
