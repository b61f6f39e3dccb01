import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import { asText, type ZohoObject } from '../../domain/zoho-json.ts';
import { financeModules, idOf, type FinanceRecords } from '../finance-records.ts';
import { ZohoFunction } from '../zoho-function.ts';

const target = financeModules.salesOrders;

/** Creates the sales order in Inventory. */
export class CreateSalesOrder extends ZohoFunction {
  override readonly name = 'zoho.inventory.createSalesOrder:1.0.0';
  override readonly effectClass = 'B';
  private readonly records: FinanceRecords;

  constructor(records: FinanceRecords) {
    super();
    this.records = records;
  }

  override async send(values: Arguments): Promise<Output> {
    const uniqueValue = textArgument(values, 'uniqueValue');
    const body = objectArgument(values, 'body');
    return outputOf(await this.records.upsert(target, uniqueValue, { body }));
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const uniqueValue = textArgument(values, 'uniqueValue');
    return (await this.records.findByUniqueValue(target, uniqueValue)).map(outputOf);
  }
}

function outputOf(order: ZohoObject): Output {
  return {
    salesOrderId: idOf(target, order),
    salesOrderNumber: asText(order['salesorder_number']) ?? '',
  };
}
