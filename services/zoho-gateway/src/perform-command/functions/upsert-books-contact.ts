import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import type { ZohoObject } from '../../domain/zoho-json.ts';
import { ZohoRefused } from '../../gateways/zoho.gateway.ts';
import { financeModules, idOf, type FinanceRecords } from '../finance-records.ts';
import { ZohoFunction } from '../zoho-function.ts';

const target = financeModules.contacts;
const nameTaken = '3062';
const nameCharactersMax = 200;

/** Creates or updates the customer in Books. */
export class UpsertBooksContact extends ZohoFunction {
  override readonly name = 'zoho.books.upsertContact:1.0.0';
  override readonly effectClass = 'B';
  private readonly records: FinanceRecords;

  constructor(records: FinanceRecords) {
    super();
    this.records = records;
  }

  override async send(values: Arguments): Promise<Output> {
    return outputOf(await this.upsert(textArgument(values, 'uniqueValue'), values));
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const uniqueValue = textArgument(values, 'uniqueValue');
    return (await this.records.findByUniqueValue(target, uniqueValue)).map(outputOf);
  }

  /** Names are unique in Books and two customers may share one: the second carries its key. */
  private async upsert(uniqueValue: string, values: Arguments): Promise<ZohoObject> {
    const body = objectArgument(values, 'body');
    try {
      return await this.records.upsert(target, uniqueValue, { body });
    } catch (error) {
      if (!(error instanceof ZohoRefused) || error.zohoCode !== nameTaken) throw error;
      const suffix = ` (${uniqueValue})`;
      const name = String(body['contact_name']).slice(0, nameCharactersMax - suffix.length);
      const renamed = { ...body, contact_name: name + suffix };
      return await this.records.upsert(target, uniqueValue, { body: renamed });
    }
  }
}

function outputOf(contact: ZohoObject): Output {
  return { contactId: idOf(target, contact) };
}
