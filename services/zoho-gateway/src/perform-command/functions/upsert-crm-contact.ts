import { objectArgument, type Arguments, type Output } from '@sluice/commands';
import type { CrmRecords } from '../crm-records.ts';
import { ZohoFunction } from '../zoho-function.ts';

/** Creates or updates the contact in CRM, and the account of a company. */
export class UpsertCrmContact extends ZohoFunction {
  override readonly name = 'zoho.crm.upsertContact:1.0.0';
  override readonly effectClass = 'B';
  private readonly records: CrmRecords;

  constructor(records: CrmRecords) {
    super();
    this.records = records;
  }

  override async send(values: Arguments): Promise<Output> {
    const account = objectArgument(values, 'account');
    const accountId =
      account['Account_Name'] === undefined
        ? undefined
        : await this.records.upsert('Accounts', account, 'Account_Name');
    const contact = {
      ...objectArgument(values, 'contact'),
      ...(accountId === undefined ? {} : { Account_Name: { id: accountId } }),
    };
    const contactId = await this.records.upsert('Contacts', contact, 'Email');
    return { contactId, ...(accountId === undefined ? {} : { accountId }) };
  }
}
