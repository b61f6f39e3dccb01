import { textArgument, type Arguments, type Output } from '@sluice/commands';
import { asObject, asText, type ZohoObject } from '../../domain/zoho-json.ts';
import type { ZohoGateway } from '../../gateways/zoho.gateway.ts';
import { listOf } from '../finance-records.ts';
import { ZohoFunction, type FunctionCall } from '../zoho-function.ts';

const textCharactersMax = 1000;

/** Leaves a comment on a credit note; the same text is left once. */
export class CommentCreditNote extends ZohoFunction {
  override readonly name = 'zoho.books.commentCreditNote:1.0.0';
  override readonly effectClass = 'C';
  private readonly gateway: ZohoGateway;

  constructor(gateway: ZohoGateway) {
    super();
    this.gateway = gateway;
  }

  override async send(values: Arguments, call: FunctionCall): Promise<Output> {
    const [existing] = await this.lookUp(values);
    if (existing !== undefined) return existing;
    const reply = await this.gateway.call({
      product: 'books',
      method: 'POST',
      path: pathOf(values),
      notAfterMs: call.createUntilMs,
      body: { description: descriptionOf(values) },
    });
    return outputOf(asObject(reply['comment']));
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const reply = await this.gateway.call({
      product: 'books',
      method: 'GET',
      path: pathOf(values),
    });
    const description = descriptionOf(values);
    return listOf(reply, ['comments'])
      .filter((comment) => asText(comment['description']) === description)
      .slice(0, 1)
      .map(outputOf);
  }
}

function pathOf(values: Arguments): string {
  return `/creditnotes/${encodeURIComponent(textArgument(values, 'creditNoteId'))}/comments`;
}

function descriptionOf(values: Arguments): string {
  return textArgument(values, 'text').slice(0, textCharactersMax);
}

function outputOf(comment: ZohoObject): Output {
  return { commentId: asText(comment['comment_id']) ?? '' };
}
