import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import { asObject, asText, type ZohoObject } from '../../domain/zoho-json.ts';
import { ZohoOutcomeUnknown, type ZohoGateway } from '../../gateways/zoho.gateway.ts';
import { amountOf, hasAskedAmount, listOf, withAskedAmount } from '../finance-records.ts';
import type { ReferenceData } from '../reference-data.ts';
import { ZohoFunction, type FunctionCall } from '../zoho-function.ts';

/** Books the refund of a credit note from the clearing account; found again by its reference. */
export class RefundCreditNote extends ZohoFunction {
  override readonly name = 'zoho.books.refundCreditNote:1.0.0';
  override readonly effectClass = 'C';
  private readonly gateway: ZohoGateway;
  private readonly reference: ReferenceData;

  constructor(gateway: ZohoGateway, reference: ReferenceData) {
    super();
    this.gateway = gateway;
    this.reference = reference;
  }

  override async send(values: Arguments, call: FunctionCall): Promise<Output> {
    const [existing] = await this.lookUp(values);
    if (existing !== undefined) return withAskedAmount(values, existing);
    const currency = textArgument(values, 'currency');
    const reply = await this.gateway.call({
      product: 'books',
      method: 'POST',
      path: pathOf(values),
      notAfterMs: call.createUntilMs,
      body: {
        ...objectArgument(values, 'body'),
        reference_number: textArgument(values, 'refundId'),
        from_account_id: await this.reference.clearingAccountId(currency),
      },
    });
    const refund = asObject(reply['creditnote_refund'] ?? reply['refund']);
    if (asText(refund['creditnote_refund_id']) === undefined) {
      throw new ZohoOutcomeUnknown('Books answered a refund without its id.');
    }
    return withAskedAmount(values, outputOf(values, refund));
  }

  override agrees(values: Arguments, output: Output): boolean {
    return hasAskedAmount(values, output);
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const reply = await this.gateway.call({
      product: 'books',
      method: 'GET',
      path: pathOf(values),
      query: { per_page: '200' },
    });
    const refundId = textArgument(values, 'refundId');
    return listOf(reply, ['creditnote_refunds', 'refunds'])
      .filter((refund) => asText(refund['reference_number']) === refundId)
      .map((refund) => outputOf(values, refund));
  }
}

function pathOf(values: Arguments): string {
  return `/creditnotes/${encodeURIComponent(textArgument(values, 'creditNoteId'))}/refunds`;
}

function outputOf(values: Arguments, refund: ZohoObject): Output {
  const currency = textArgument(values, 'currency');
  return {
    creditNoteRefundId: asText(refund['creditnote_refund_id']) ?? '',
    refundId: textArgument(values, 'refundId'),
    paymentId: textArgument(values, 'paymentId'),
    transactionId: textArgument(values, 'transactionId'),
    amount: amountOf(refund, 'amount', currency),
    currency,
  };
}
