import { asObject, asObjects, asText } from '../domain/zoho-json.ts';
import { ZohoOutcomeUnknown, type ZohoGateway } from '../gateways/zoho.gateway.ts';

/** Records of CRM. Workflows of the merchant are not triggered by what Sluice writes. */
export class CrmRecords {
  private readonly gateway: ZohoGateway;

  constructor(gateway: ZohoGateway) {
    this.gateway = gateway;
  }

  /** Creates the record or updates the one that has the same value in the check field. */
  async upsert(
    moduleName: 'Accounts' | 'Contacts',
    record: Readonly<Record<string, unknown>>,
    checkField: string,
  ): Promise<string> {
    const reply = await this.gateway.call({
      product: 'crm',
      method: 'POST',
      path: `/${moduleName}/upsert`,
      body: { data: [record], duplicate_check_fields: [checkField], trigger: [] },
    });
    return createdId(moduleName, reply['data']);
  }

  /** Id of the contact with the e-mail address; undefined when there is none. */
  async findContact(email: string): Promise<string | undefined> {
    const reply = await this.gateway.call({
      product: 'crm',
      method: 'GET',
      path: '/Contacts/search',
      query: { email },
    });
    return asText(asObjects(reply['data'])[0]?.['id']);
  }

  /** Ids of the contact's notes that contain the text. */
  async findNotes(contactId: string, text: string): Promise<readonly string[]> {
    const reply = await this.gateway.call({
      product: 'crm',
      method: 'GET',
      path: `/Contacts/${encodeURIComponent(contactId)}/Notes`,
      query: { fields: 'id,Note_Title,Note_Content', per_page: '200' },
    });
    return asObjects(reply['data'])
      .filter((note) => (asText(note['Note_Content']) ?? '').includes(text))
      .flatMap((note) => asText(note['id']) ?? []);
  }

  /** Adds a note, unless it is later than `notAfterMs`. */
  async addNote(
    contactId: string,
    note: Readonly<Record<string, unknown>>,
    notAfterMs: number,
  ): Promise<string> {
    const reply = await this.gateway.call({
      product: 'crm',
      method: 'POST',
      path: `/Contacts/${encodeURIComponent(contactId)}/Notes`,
      notAfterMs,
      body: { data: [note], trigger: [] },
    });
    return createdId('Notes', reply['data']);
  }
}

function createdId(moduleName: string, data: Parameters<typeof asObjects>[0]): string {
  const id = asText(asObject(asObjects(data)[0]?.['details'])['id']);
  if (id === undefined) throw new ZohoOutcomeUnknown(`CRM answered ${moduleName} without an id.`);
  return id;
}
