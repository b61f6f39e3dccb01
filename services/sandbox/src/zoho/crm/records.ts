import { isJson, objectAt, scalarText, textAt, type Json } from '../../json.ts';
import { isEmail, newZohoId, type ZohoContext } from '../context.ts';
import { crmModule, type CrmModule } from './fields.ts';

/** A record of CRM as the ledger keeps it. */
export interface CrmRecord {
  readonly id: string;
  readonly createdTime: string;
  readonly modifiedTime: string;
  readonly values: Json;
}

/** A refusal of one record of a call. */
export interface CrmRefusal {
  readonly code: string;
  readonly details: Json;
  readonly message: string;
  readonly status: 'error';
}

/** The user every record belongs to. */
export const owner = { name: 'Sandbox User', id: '1180000000000000900', email: 'user@zoho.test' };

export function kindOf(module: CrmModule): string {
  return `crm-${module.apiName.toLowerCase()}`;
}

/** Checks the values of a record; `isNew` demands the required fields. */
export function faultOf(
  context: ZohoContext,
  module: CrmModule,
  given: { values: Json; index: number; isNew: boolean },
): CrmRefusal | undefined {
  const { values, index, isNew } = given;
  for (const field of module.fields) {
    const value = values[field.apiName];
    const place = { api_name: field.apiName, json_path: `$.data[${index}].${field.apiName}` };
    const isEmpty = value === undefined || value === null || value === '';
    if (field.isRequired === true && isEmpty && (isNew || value !== undefined)) {
      return refusal('MANDATORY_NOT_FOUND', place, 'required field not found');
    }
    if (isEmpty || field.isReadOnly === true) continue;
    const expected = expectedType(context, field, value);
    if (expected !== undefined) {
      const details = { expected_data_type: expected, ...place };
      return refusal('INVALID_DATA', details, 'invalid data');
    }
  }
  return undefined;
}

/** Writes a new record or new values over a known one. */
export function saveCrmRecord(
  context: ZohoContext,
  module: CrmModule,
  change: { values: Json; previous?: CrmRecord | undefined },
): CrmRecord {
  const { previous } = change;
  const known = new Set(module.fields.filter((f) => f.isReadOnly !== true).map((f) => f.apiName));
  const values = Object.fromEntries(
    Object.entries(change.values).filter(([name]) => known.has(name)),
  );
  const time = crmTime(context);
  const record: CrmRecord = {
    id: previous?.id ?? newZohoId(context),
    createdTime: previous?.createdTime ?? time,
    modifiedTime: time,
    values: { ...previous?.values, ...values },
  };
  context.ledger.put(kindOf(module), record.id, record);
  return record;
}

/** A record as CRM shows it. */
export function recordView(context: ZohoContext, module: CrmModule, record: CrmRecord): Json {
  const view: Json = {};
  for (const field of module.fields) {
    const value = record.values[field.apiName] ?? null;
    const lookupModule = field.lookupModule ?? '';
    view[field.apiName] =
      lookupModule === '' ? value : lookupView(context, lookupModule, textAt(value, 'id'));
  }
  const first = textAt(record.values, 'First_Name');
  const last = textAt(record.values, 'Last_Name');
  return {
    ...view,
    ...(module.apiName === 'Contacts'
      ? { Full_Name: [first, last].filter((part) => part !== undefined).join(' ') }
      : {}),
    id: record.id,
    Owner: owner,
    Created_By: owner,
    Modified_By: owner,
    Created_Time: record.createdTime,
    Modified_Time: record.modifiedTime,
  };
}

/** The `details` of a good write. */
export function writeDetails(record: CrmRecord): Json {
  const by = { name: owner.name, id: owner.id };
  return {
    Modified_Time: record.modifiedTime,
    Modified_By: by,
    Created_Time: record.createdTime,
    id: record.id,
    Created_By: by,
  };
}

export function refusal(code: string, details: Json, message: string): CrmRefusal {
  return { code, details, message, status: 'error' };
}

/** The record an upsert means: the first duplicate field with a match decides. */
export function duplicateOf(
  context: ZohoContext,
  module: CrmModule,
  given: { values: Json; fields: readonly string[] },
): { record: CrmRecord; field: string } | undefined {
  for (const field of given.fields) {
    const wanted = given.values[field];
    if (wanted === undefined || wanted === null || wanted === '') continue;
    const text = scalarText(wanted).toLowerCase();
    const record = context.ledger
      .list<CrmRecord>(kindOf(module))
      .find(({ values }) => scalarText(values[field]).toLowerCase() === text);
    if (record !== undefined) return { record: structuredClone(record), field };
  }
  return undefined;
}

function expectedType(
  context: ZohoContext,
  field: { apiName: string; dataType: string; jsonType: string; lookupModule?: string },
  value: unknown,
): string | undefined {
  if (field.dataType === 'email') {
    return typeof value === 'string' && isEmail(value) ? undefined : 'email';
  }
  if (field.jsonType === 'jsonobject') {
    const id = textAt(value, 'id');
    if (!isJson(value) || id === undefined) return 'jsonobject';
    const name = field.lookupModule || textAt(objectAt(value, 'module'), 'api_name');
    const module = name === undefined ? undefined : crmModule(name);
    if (field.dataType !== 'lookup' || module === undefined) return undefined;
    return context.ledger.get(kindOf(module), id) === undefined ? 'bigint' : undefined;
  }
  if (field.jsonType === 'double') return typeof value === 'number' ? undefined : 'double';
  return typeof value === 'string' || typeof value === 'number' ? undefined : 'string';
}

function lookupView(context: ZohoContext, moduleName: string, id: string | undefined): Json | null {
  const module = crmModule(moduleName);
  if (id === undefined || module === undefined) return null;
  const record = context.ledger.get<CrmRecord>(kindOf(module), id);
  const name = record?.values['Account_Name'] ?? record?.values['Last_Name'] ?? null;
  return { name, id };
}

function crmTime({ now }: ZohoContext): string {
  return `${now().toISOString().slice(0, 19)}+00:00`;
}
