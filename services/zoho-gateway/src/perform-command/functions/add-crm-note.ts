import { objectArgument, textArgument, type Arguments, type Output } from '@sluice/commands';
import type { CrmRecords } from '../crm-records.ts';
import { ZohoFunction, type FunctionCall } from '../zoho-function.ts';

/**
 * Leaves a note on the contact in CRM, making the contact when the order has not come so far.
 *
 * The note ends with its key, by which it is found again.
 */
export class AddCrmNote extends ZohoFunction {
  override readonly name = 'zoho.crm.addNote:1.0.0';
  override readonly effectClass = 'C';
  private readonly records: CrmRecords;

  constructor(records: CrmRecords) {
    super();
    this.records = records;
  }

  override async send(values: Arguments, call: FunctionCall): Promise<Output> {
    const contactId = await this.contactId(values);
    const [existing] = await this.records.findNotes(contactId, markOf(values));
    if (existing !== undefined) return { noteId: existing };
    const body = objectArgument(values, 'body');
    const text = typeof body['Note_Content'] === 'string' ? body['Note_Content'] : '';
    const note = { ...body, Note_Content: `${text}\n${markOf(values)}`.trim() };
    return { noteId: await this.records.addNote(contactId, note, call.createUntilMs) };
  }

  override async lookUp(values: Arguments): Promise<readonly Output[]> {
    const contactId = await this.records.findContact(textArgument(values, 'email'));
    if (contactId === undefined) return [];
    const found = await this.records.findNotes(contactId, markOf(values));
    return found.map((noteId) => ({ noteId }));
  }

  private async contactId(values: Arguments): Promise<string> {
    const email = textArgument(values, 'email');
    const found = await this.records.findContact(email);
    if (found !== undefined) return found;
    const contact = { Email: email, Last_Name: textArgument(values, 'lastName') };
    return await this.records.upsert('Contacts', contact, 'Email');
  }
}

function markOf(values: Arguments): string {
  return `Reference: ${textArgument(values, 'uniqueValue')}`;
}
