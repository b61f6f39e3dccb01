import pg from 'pg';
import { type WebhookPlan, kindAt, paymentIdAt, transactionIdOf } from './webhook-plan.ts';

const seedSql = (schema: string): string => `
  insert into ${schema}.payment (tenant, payment_id, client_id, order_id, order_number, shop_id,
    merchant_id, state, version, amount_minor, currency, is_capture_requested, transaction_id,
    root_transaction_id, vendor_status, reason_codes, email, full_name, card_type, card_last4,
    reconciliation_id, risk_factor_codes, risk_profile, ip_address, billing_country,
    shipping_country, traceparent, effect_key)
  select 'demo', g.payment_id, 'demo-shop', 'order-' || g.payment_id, '1001', 'demo-shop',
    'demo_merchant', 'authorized', 1, 1250, 'EUR', false, g.transaction_id, g.transaction_id,
    'AUTHORIZED', '{}', 'ada@example.com', 'Ada Lovelace', '001', '', '', '{}', '', '', 'GB', '',
    '', 'authorise/' || g.payment_id
  from unnest($1::text[], $2::text[]) as g (payment_id, transaction_id)`;

/** Puts authorised payments into the gateway's own table, for webhooks to tell of. */
export class PaymentSeed {
  private readonly databaseUrl: string;
  private readonly schema: string;

  constructor(databaseUrl: string, schema: string) {
    this.databaseUrl = databaseUrl;
    this.schema = schema;
  }

  /** One payment for every webhook of the plan that is a first delivery. */
  async add(plan: WebhookPlan): Promise<void> {
    const places = Array.from({ length: plan.count }, (_nothing, place) => place);
    const fresh = places.filter((place) => kindAt(plan, place) === 'fresh');
    const ids = fresh.map((place) => paymentIdAt(plan, place));
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      const transactionIds = ids.map((id) => transactionIdOf(id, 'payment'));
      await client.query(seedSql(this.schema), [ids, transactionIds]);
      // A table that grew over days has statistics; one that was filled a moment ago has none.
      await client.query(`analyze ${this.schema}.payment`);
    } finally {
      await client.end();
    }
  }
}
