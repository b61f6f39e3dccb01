import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { textAt, type Json } from '../json.ts';
import { startSandbox, type Sandbox } from '../sandbox.ts';
import { cybersource, send, type Answer } from '../testing/twin-clients.ts';

let sandbox: Sandbox;
let url: string;

beforeAll(async () => {
  sandbox = await startSandbox({ cybersourceGatewayUrl: 'http://127.0.0.1:1' });
  url = sandbox.cybersourceUrl;
});
afterAll(async () => sandbox.stop());

const post = (path: string, body: unknown): Promise<Answer> =>
  cybersource(url, 'POST', { path, body });
const get = (path: string): Promise<Answer> => cybersource(url, 'GET', { path });

async function tokenFor(number: string): Promise<{ customer: string; identifier: string }> {
  const identifier = await post('/tms/v1/instrumentidentifiers', { card: { number } });
  const customer = await post('/tms/v2/customers', { buyerInformation: { email: 'a@b.test' } });
  const id = textAt(customer.body, 'id') ?? '';
  await post(`/tms/v2/customers/${id}/payment-instruments`, {
    card: { expirationMonth: '12', expirationYear: '2031' },
    instrumentIdentifier: { id: textAt(identifier.body, 'id') },
  });
  return { customer: id, identifier: textAt(identifier.body, 'id') ?? '' };
}

let count = 0;
async function pay(change: {
  amount?: string;
  currency?: string;
  capture?: boolean;
  card?: string;
  reference?: Json;
}): Promise<Answer> {
  const { customer } = await tokenFor(change.card ?? '4111111111111111');
  count += 1;
  return post('/pts/v2/payments', {
    clientReferenceInformation: { code: `C-${count}`, ...change.reference },
    processingInformation: { capture: change.capture ?? true },
    paymentInformation: { customer: { id: customer } },
    orderInformation: {
      amountDetails: { totalAmount: change.amount ?? '52.45', currency: change.currency ?? 'EUR' },
      billTo: { email: 'mara@shop.test', firstName: 'Mara', lastName: 'Lindqvist' },
    },
  });
}

const refundBody = (amount: string, currency = 'EUR'): Json => ({
  clientReferenceInformation: { code: 'R' },
  orderInformation: { amountDetails: { totalAmount: amount, currency } },
});

describe('the Cybersource twin: access', () => {
  it('answers an unsigned call with 401 and the documented body', async () => {
    const answer = await send('POST', `${url}/pts/v2/payments`, { body: {} });

    expect(answer.status).toBe(401);
    expect(textAt(answer.body, 'response.rmsg')).toContain('Authentication Failed');
    expect(answer.headers.get('v-c-correlation-id')).toBe(answer.headers.get('x-requestid'));
  });
});

describe('the Cybersource twin: payments', () => {
  it('takes a sale by customer token and shows card facts without the number', async () => {
    const { status, body } = await pay({ reference: { transactionId: 'mti-1' } });

    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'AUTHORIZED',
      clientReferenceInformation: { transactionId: 'mti-1' },
      orderInformation: { amountDetails: { totalAmount: '52.45', currency: 'EUR' } },
      paymentAccountInformation: { card: { type: '001', suffix: '1111' } },
      _links: { refund: { method: 'POST' }, void: { method: 'POST' } },
    });
    expect(textAt(body, 'id')).toMatch(/^\d{22}$/);
  });

  it('declines the insufficient funds card with 201', async () => {
    const { status, body } = await pay({ card: '4000000000009995' });

    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'DECLINED',
      errorInformation: { reason: 'INSUFFICIENT_FUND' },
    });
  });

  it('refuses a repeated merchant transaction id and names the field', async () => {
    await pay({ reference: { transactionId: 'mti-2' } });

    const { status, body } = await pay({ reference: { transactionId: 'mti-2' } });

    expect(status).toBe(400);
    expect(body).toMatchObject({
      status: 'INVALID_REQUEST',
      reason: 'INVALID_DATA',
      details: [{ field: 'clientReferenceInformation.transactionId', reason: 'INVALID_DATA' }],
    });
  });

  it.each([
    ['12.345', 'EUR', 'INVALID_AMOUNT'],
    ['10.5', 'JPY', 'INVALID_AMOUNT'],
    ['10', 'XYZ', 'INVALID_DATA'],
    ['ten', 'EUR', 'INVALID_DATA'],
  ])('refuses the amount %s %s', async (amount, currency, reason) => {
    const { status, body } = await pay({ amount, currency });

    expect([status, body['reason']]).toEqual([400, reason]);
  });

  it('never keeps a card number', async () => {
    await pay({});

    const { text } = await send('GET', `${url}/_control/ledger`);

    expect(text).toContain('411111XXXXXX1111');
    expect(text).not.toContain('4111111111111111');
  });

  it('answers 200 with the same identifier when a card is known already', async () => {
    const first = await tokenFor('5555555555554444');

    const again = await post('/tms/v1/instrumentidentifiers', {
      card: { number: '5555555555554444' },
    });

    expect([again.status, again.body['id']]).toEqual([200, first.identifier]);
  });
});

describe('the Cybersource twin: follow-ons', () => {
  it('refunds a sale only up to what was taken', async () => {
    const id = textAt((await pay({ amount: '20.00' })).body, 'id');
    const refund = (amount: string): Promise<Answer> =>
      post(`/pts/v2/payments/${id}/refunds`, refundBody(amount));

    const first = await refund('15.00');
    const second = await refund('5.01');
    const third = await refund('5.00');

    expect(first).toMatchObject({
      status: 201,
      body: { status: 'PENDING', refundAmountDetails: { refundAmount: '15.00', currency: 'EUR' } },
    });
    expect([second.status, second.body['reason']]).toEqual([400, 'INVALID_AMOUNT']);
    expect(third.status).toBe(201);
  });

  it('captures an authorisation in parts and refunds a capture', async () => {
    const id = textAt((await pay({ amount: '4.125', currency: 'KWD', capture: false })).body, 'id');
    const capture = (amount: string): Promise<Answer> =>
      post(`/pts/v2/payments/${id}/captures`, refundBody(amount, 'KWD'));

    const part = await capture('3.000');
    const tooMuch = await capture('1.126');

    expect(part).toMatchObject({ status: 201, body: { status: 'PENDING' } });
    expect(tooMuch.body['reason']).toBe('EXCEEDS_AUTH_AMOUNT');
    const refund = await post(
      `/pts/v2/captures/${textAt(part.body, 'id')}/refunds`,
      refundBody('3.000', 'KWD'),
    );
    expect(refund.status).toBe(201);
  });

  it('voids a sale once and finds a lost one by its merchant transaction id', async () => {
    await pay({ reference: { transactionId: 'lost-1' } });

    const reference = { clientReferenceInformation: { code: 'V', transactionId: 'lost-1' } };
    const voided = await post('/pts/v2/voids', reference);
    const again = await post('/pts/v2/voids', reference);

    expect(voided).toMatchObject({ status: 201, body: { status: 'VOIDED' } });
    expect(again.body['reason']).toBe('NOT_VOIDABLE');
  });

  it('reverses an authorisation, after which it cannot be captured', async () => {
    const id = textAt((await pay({ capture: false })).body, 'id');

    const reversed = await post(`/pts/v2/payments/${id}/reversals`, {
      clientReferenceInformation: { code: 'X' },
      reversalInformation: { amountDetails: { totalAmount: '52.45' } },
    });
    const captured = await post(`/pts/v2/payments/${id}/captures`, refundBody('1.00'));

    expect(reversed).toMatchObject({ status: 201, body: { status: 'REVERSED' } });
    expect(captured.body['reason']).toBe('AUTH_ALREADY_REVERSED');
  });
});

describe('the Cybersource twin: search', () => {
  it('finds a transaction by reference and by merchant transaction id', async () => {
    const id = textAt(
      (await pay({ reference: { code: 'S-1', transactionId: 'mti-s' } })).body,
      'id',
    );
    const search = async (query: string): Promise<unknown> =>
      (await post('/tss/v2/searches', { query, limit: 5 })).body;

    for (const query of [
      'clientReferenceInformation.code:S-1 AND submitTimeUtc:[NOW/DAY-7DAYS TO NOW/DAY+1DAY}',
      'clientReferenceInformation.transactionId:"mti-s"',
    ]) {
      expect(await search(query)).toMatchObject({
        totalCount: 1,
        _embedded: { transactionSummaries: [{ id, clientReferenceInformation: { code: 'S-1' } }] },
      });
    }
    expect(await search('clientReferenceInformation.code:NONE')).not.toHaveProperty('_embedded');
  });

  it('hides a young transaction for the delay that is set', async () => {
    const id = textAt((await pay({})).body, 'id');
    const setDelay = (visibilityDelayMs: number): Promise<Answer> =>
      send('PUT', `${url}/_control/switches`, { body: { visibilityDelayMs } });

    await setDelay(60_000);
    const hidden = await get(`/tss/v2/transactions/${id}`);
    await setDelay(0);
    const seen = await get(`/tss/v2/transactions/${id}`);

    expect(hidden.status).toBe(404);
    expect(seen).toMatchObject({
      status: 200,
      body: { id, rootId: id, applicationInformation: { reasonCode: 100, rFlag: 'SOK' } },
    });
  });
});

describe('the Cybersource twin: settlement report', () => {
  const tomorrow = (): string => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const report = (): Promise<Answer> =>
    get(
      `/reporting/v3/report-downloads?organizationId=demo_merchant&reportDate=${tomorrow()}` +
        '&reportName=PaymentBatchDetailReport_Daily_Classic',
    );

  it('lists sales and refunds of the day under the end date, refunds negative', async () => {
    const id = textAt(
      (await pay({ amount: '1980', currency: 'JPY', reference: { code: 'YEN-1' } })).body,
      'id',
    );
    const refund = await post(`/pts/v2/payments/${id}/refunds`, {
      ...refundBody('980', 'JPY'),
      clientReferenceInformation: { code: 'YEN-R' },
    });

    const { text } = await report();

    const [title, header] = text.split('\n');
    expect(title).toMatch(/^Payment Batch Detail Report,1\.0,\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d$/);
    expect(header).toBe(
      'batch_id,merchant_id,batch_date,request_id,merchant_ref_number,trans_ref_no,' +
        'payment_method,currency,amount,transaction_type',
    );
    expect(text).toMatch(new RegExp(`${id},YEN-1,\\d+,card,JPY,1980,ics_bill`));
    expect(text).toMatch(
      new RegExp(`${textAt(refund.body, 'id')},YEN-R,\\d+,card,JPY,-980,ics_credit`),
    );
  });

  it('leaves out what was declined, only authorised or voided', async () => {
    await pay({ card: '4000000000009995', reference: { code: 'NO-1' } });
    await pay({ capture: false, reference: { code: 'NO-2' } });
    const id = textAt((await pay({ reference: { code: 'NO-3' } })).body, 'id');
    await post(`/pts/v2/payments/${id}/voids`, { clientReferenceInformation: { code: 'V' } });

    expect((await report()).text).not.toMatch(/NO-[123]/);
  });

  it('alters a line and adds a wrong one when told to', async () => {
    const id = textAt((await pay({ amount: '30.00', reference: { code: 'ALT-1' } })).body, 'id');
    const plant = (body: Json): Promise<Answer> =>
      send('POST', `${url}/_control/plant-settlement-line`, { body });

    await plant({ requestId: id, amount: '29.00' });
    await plant({ merchantReference: 'GHOST', amount: '5.00', currency: 'USD' });

    const { text } = await report();
    expect(text).toMatch(/,ALT-1,\d+,card,EUR,29\.00,ics_bill/);
    expect(text).not.toMatch(/,ALT-1,.*30\.00/);
    expect(text).toMatch(/,GHOST,\d+,card,USD,5\.00,ics_bill/);
  });
});
