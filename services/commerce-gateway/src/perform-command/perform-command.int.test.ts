import { CommandEffects } from '@sluice/commands';
import { Effects } from '@sluice/effects';
import { DependencyDown } from '@sluice/failure';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { MailNotSent } from '../gateways/mail.gateway.ts';
import { ShopNotReached, ShopOutcomeUnknown } from '../gateways/shop.gateway.ts';
import { startTestApp, type TestApp } from '../testing/test-app.ts';

const setStatus = 'commerce.setOrderStatus:1.0.0';
const notify = 'commerce.notifyCustomer:1.0.0';

describe('PerformCommandConsumer', () => {
  let testApp: TestApp;
  let keyCount = 0;
  let effectKey: string;

  beforeAll(async () => {
    testApp = await startTestApp(inject('databaseUrl'));
    await testApp.dataSource.query(
      `insert into shop_order (tenant, order_id, shop_id, order_number, fingerprint, content)
       values ('demo', 'order-1', 'demo-shop', '1001', 'f', '{}'),
              ('demo', 'order-9', 'demo-shop', 'unknown-to-the-shop', 'f', '{}')`,
    );
  });

  afterAll(async () => {
    await testApp.close();
  });

  beforeEach(() => {
    keyCount += 1;
    effectKey = `run-${keyCount}/tell/1`;
  });

  async function outcomes(): Promise<readonly Record<string, unknown>[]> {
    const events = await testApp.events();
    return events
      .map(({ data }) => data as unknown as Record<string, unknown>)
      .filter((data) => data['effectKey'] === effectKey);
  }

  const told = () => testApp.shop.updates.filter((update) => update.key.startsWith(effectKey));
  const written = () => testApp.mail.mails.filter((mail) => mail.key.startsWith(effectKey));
  const paid = { orderId: 'order-1', status: 'paid', detail: 'Invoice 1' };
  const letter = {
    orderId: 'order-1',
    to: 'ada@example.com',
    template: 'payment-declined',
    values: {
      customerName: 'Ada',
      orderNumber: '1001',
      amount: '12.50',
      currency: 'EUR',
      reason: 'The bank refused the payment.',
    },
  };

  it('tells the shop once and tells the flow once, however often the command comes', async () => {
    const command = { function: setStatus, arguments: paid, effectKey };

    await testApp.command(command);
    await testApp.command(command);

    expect(told()).toEqual([
      {
        shopId: 'demo-shop',
        orderNumber: '1001',
        status: 'paid',
        detail: 'Invoice 1',
        key: effectKey,
      },
    ]);
    expect(await outcomes()).toEqual([
      expect.objectContaining({ status: 'SUCCEEDED', output: '{"status":"paid"}', runId: 'run-1' }),
    ]);
    const [order] = await testApp.dataSource.query(
      `select status from shop_order where order_id = 'order-1'`,
    );
    expect(order.status).toBe('paid');
  });

  it('does not set a paid order back when news of an earlier decline comes late', async () => {
    await testApp.command({ function: setStatus, arguments: paid, effectKey });
    const declined = { orderId: 'order-1', status: 'declined', detail: 'Insufficient funds' };

    await testApp.command({
      function: setStatus,
      arguments: declined,
      effectKey: `${effectKey}-late`,
    });

    expect(told().map((update) => update.status)).toEqual(['paid']);
    const [order] = await testApp.dataSource.query(
      `select status from shop_order where order_id = 'order-1'`,
    );
    expect(order.status).toBe('paid');
  });

  it('tells the shop under the same key again when its answer was lost', async () => {
    testApp.shop.nextFailure = { error: new ShopOutcomeUnknown('reset'), isTaken: true };
    const command = { function: setStatus, arguments: paid, effectKey };

    await expect(testApp.command(command)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    await testApp.dataSource.query('update effect set not_before = now(), due_at = now()');
    await testApp.app.get(CommandEffects).resolveDue(10);

    expect(told()).toHaveLength(1);
    expect(await outcomes()).toHaveLength(1);
  });

  it('waits for a shop that cannot be reached', async () => {
    const error = new ShopNotReached('down', { retryAfterMs: 60_000 });
    testApp.shop.nextFailure = { error, isTaken: false };

    const command = testApp.command({ function: setStatus, arguments: paid, effectKey });

    await expect(command).rejects.toMatchObject({ retryAfterMs: 60_000 });
    expect(await outcomes()).toEqual([]);
  });

  it('lets a parked command wait for a shop that is down for long', async () => {
    const error = new ShopNotReached('down', { retryAfterMs: 60_000 });
    testApp.shop.nextFailure = { error, isTaken: false };
    const command = { function: setStatus, arguments: paid, effectKey, attempt: 6 };

    await expect(testApp.command(command)).rejects.toBeInstanceOf(DependencyDown);
    await testApp.dataSource.query('update effect set not_before = now()');
    await testApp.command(command);

    expect(await outcomes()).toHaveLength(1);
  });

  it('tells nobody of a refusal, and sends again when the command is retried', async () => {
    const refused = { orderId: 'order-9', status: 'paid', detail: '' };
    const command = { function: setStatus, arguments: refused, effectKey };
    await expect(testApp.command(command)).rejects.toMatchObject({ code: 'SHOP_REFUSED' });
    await expect(testApp.command(command)).rejects.toMatchObject({ code: 'SHOP_REFUSED' });
    expect(await outcomes()).toEqual([]);

    await testApp.dataSource.query(
      `update shop_order set order_number = '1002' where order_id = 'order-9'`,
    );
    await testApp.command(command);

    expect(told()).toHaveLength(1);
    expect(await outcomes()).toHaveLength(1);
  });

  it('writes to the customer from the template, once', async () => {
    const command = { function: notify, arguments: letter, effectKey };

    await testApp.command(command);
    await testApp.command(command);

    expect(written()).toEqual([
      expect.objectContaining({
        to: 'ada@example.com',
        subject: 'Your payment for order 1001 was not accepted',
        text: expect.stringContaining('The bank refused the payment.'),
      }),
    ]);
    expect(await outcomes()).toHaveLength(1);
  });

  it('never sends a mail again whose fate is unknown', async () => {
    testApp.mail.nextFailure = { error: new Error('reset'), isTaken: true };
    const command = { function: notify, arguments: letter, effectKey };
    await expect(testApp.command(command)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });

    await expect(testApp.command(command)).rejects.toMatchObject({ code: 'EFFECT_MANUAL' });

    expect(written()).toHaveLength(1);
    expect(await outcomes()).toEqual([]);
  });

  it('never sends a mail that two people have abandoned, and tells the flow', async () => {
    testApp.mail.nextFailure = { error: new Error('reset'), isTaken: true };
    const command = { function: notify, arguments: letter, effectKey };
    await expect(testApp.command(command)).rejects.toMatchObject({ code: 'EFFECT_UNKNOWN' });
    await expect(testApp.command(command)).rejects.toMatchObject({ code: 'EFFECT_MANUAL' });
    const verdict = { key: effectKey, verdict: 'ABANDONED', reason: 'Told by phone' } as const;
    for (const actor of ['ann', 'ben']) {
      await testApp.app.get(Effects).closeManually({ ...verdict, actor });
    }

    await testApp.command(command);

    expect(written()).toHaveLength(1);
    expect(await outcomes()).toEqual([
      expect.objectContaining({
        status: 'REJECTED',
        errorType: 'urn:sluice:error:EFFECT_ABANDONED',
      }),
    ]);
  });

  it('sends a mail later that was provably not sent', async () => {
    const error = new MailNotSent('down', { retryAfterMs: 1 });
    testApp.mail.nextFailure = { error, isTaken: false };
    const command = { function: notify, arguments: letter, effectKey };
    await expect(testApp.command(command)).rejects.toMatchObject({ retryAfterMs: 1 });

    await testApp.dataSource.query('update effect set not_before = now()');
    await testApp.command(command);

    expect(written()).toHaveLength(1);
  });

  it.each([
    [notify, { ...letter, template: 'no-such' }, 'MAIL_TEMPLATE_INVALID'],
    [notify, { ...letter, values: {} }, 'MAIL_TEMPLATE_INVALID'],
    [notify, { ...letter, to: 'nobody' }, 'MAIL_REFUSED'],
    [setStatus, { ...paid, orderId: 'no-such' }, 'ORDER_NOT_FOUND'],
    [setStatus, { orderId: 'order-1' }, 'COMMAND_INVALID'],
    ['commerce.burn:1.0.0', {}, 'FUNCTION_UNKNOWN'],
  ])('gives up %s with %j for good: %s', async (name, values, code) => {
    const command = testApp.command({ function: name, arguments: values, effectKey });

    await expect(command).rejects.toMatchObject({ name: 'PermanentFailure', code });
  });

  it('performs a batch, the others in spite of one that fails', async () => {
    const good = { function: setStatus, arguments: paid, effectKey };
    const bad = {
      ...good,
      arguments: { ...paid, orderId: 'no-such' },
      effectKey: `bad-${effectKey}`,
    };

    await expect(testApp.command(bad, good)).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });

    expect(await outcomes()).toHaveLength(1);
  });
});
