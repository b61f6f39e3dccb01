import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import { asObject, asObjects, asText, type ZohoObject } from '../../domain/zoho-json.ts';
import { ZohoOutcomeUnknown, type ZohoGateway } from '../../gateways/zoho.gateway.ts';
import { ZohoFunction, type FunctionCall } from '../zoho-function.ts';

/** How tickets are opened and found again. */
export interface DeskOptions {
  readonly departmentId: string;
  /** API name of the custom field that carries the key. */
  readonly uniqueField: string;
}

/** Opens a ticket in Desk, which knows no idempotency: it is searched for before and after. */
export class OpenDeskTicket extends ZohoFunction {
  override readonly name = 'zoho.desk.openTicket:1.0.0';
  override readonly effectClass = 'C';
  private readonly gateway: ZohoGateway;
  private readonly options: DeskOptions;

  constructor(gateway: ZohoGateway, options: DeskOptions) {
    super();
    this.gateway = gateway;
    this.options = options;
  }

  override async send(values: Arguments, call: FunctionCall): Promise<Output> {
    const [existing] = await this.lookUp(values);
    if (existing !== undefined) return existing;
    const { departmentId, uniqueField } = this.options;
    const body = objectArgument(values, 'body');
    const cf = { ...asObject(body['cf'] as ZohoObject), [uniqueField]: values['uniqueValue'] };
    const ticket = await this.gateway.call({
      product: 'desk',
      method: 'POST',
      path: '/tickets',
      notAfterMs: call.createUntilMs,
      body: { departmentId, ...body, cf },
    });
    if (asText(ticket['id']) === undefined) {
      throw new ZohoOutcomeUnknown('Desk answered a ticket without its id.');
    }
    return outputOf(ticket);
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const { departmentId, uniqueField } = this.options;
    const uniqueValue = textArgument(values, 'uniqueValue');
    const reply = await this.gateway.call({
      product: 'desk',
      method: 'GET',
      path: '/tickets/search',
      query: {
        departmentId,
        customField1: `${uniqueField}:${uniqueValue}`,
      },
    });
    // A filter that Desk does not know is ignored; then it lists the tickets of others.
    return asObjects(reply['data'])
      .filter(({ cf }) => cf === undefined || asObject(cf)[uniqueField] === uniqueValue)
      .map(outputOf);
  }
}

function outputOf(ticket: ZohoObject): Output {
  return {
    ticketId: asText(ticket['id']) ?? '',
    ticketNumber: asText(ticket['ticketNumber']) ?? '',
  };
}
