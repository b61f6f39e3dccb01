import type { Json } from '../../json.ts';

/** A field of a CRM module. */
export interface CrmField {
  readonly apiName: string;
  readonly dataType: string;
  readonly jsonType: string;
  readonly isRequired?: boolean;
  readonly isReadOnly?: boolean;
  /** Module a lookup field points to. */
  readonly lookupModule?: string;
}

/** A module of CRM: its fields and the fields an upsert looks for duplicates by. */
export interface CrmModule {
  readonly apiName: string;
  readonly singular: string;
  readonly number: number;
  readonly fields: readonly CrmField[];
  readonly duplicateFields: readonly string[];
}

const text = (apiName: string, isRequired = false): CrmField => ({
  apiName,
  dataType: 'text',
  jsonType: 'string',
  isRequired,
});
const typed = (apiName: string, dataType: string, jsonType = 'string'): CrmField => ({
  apiName,
  dataType,
  jsonType,
});
const lookup = (apiName: string, module: string): CrmField => ({
  apiName,
  dataType: 'lookup',
  jsonType: 'jsonobject',
  lookupModule: module,
});
const system: readonly CrmField[] = [
  { apiName: 'id', dataType: 'bigint', jsonType: 'string', isReadOnly: true },
  { apiName: 'Owner', dataType: 'ownerlookup', jsonType: 'jsonobject' },
  { apiName: 'Created_By', dataType: 'ownerlookup', jsonType: 'jsonobject', isReadOnly: true },
  { apiName: 'Modified_By', dataType: 'ownerlookup', jsonType: 'jsonobject', isReadOnly: true },
  { apiName: 'Created_Time', dataType: 'datetime', jsonType: 'string', isReadOnly: true },
  { apiName: 'Modified_Time', dataType: 'datetime', jsonType: 'string', isReadOnly: true },
];
const address = (kind: string): CrmField[] =>
  ['Street', 'City', 'State', 'Code', 'Country'].map((part) => text(`${kind}_${part}`));

/** The modules the twin has. */
export const crmModules: readonly CrmModule[] = [
  {
    apiName: 'Contacts',
    singular: 'Contact',
    number: 1,
    duplicateFields: ['Email'],
    fields: [
      ...system,
      text('First_Name'),
      text('Last_Name', true),
      typed('Full_Name', 'text'),
      typed('Email', 'email'),
      typed('Phone', 'phone'),
      typed('Mobile', 'phone'),
      typed('Description', 'textarea'),
      text('Lead_Source'),
      lookup('Account_Name', 'Accounts'),
      ...address('Mailing').map((field) =>
        field.apiName === 'Mailing_Code' ? text('Mailing_Zip') : field,
      ),
      text('External_Key'),
    ],
  },
  {
    apiName: 'Accounts',
    singular: 'Account',
    number: 2,
    duplicateFields: ['Account_Name'],
    fields: [
      ...system,
      text('Account_Name', true),
      typed('Phone', 'phone'),
      typed('Website', 'website'),
      typed('Description', 'textarea'),
      ...address('Billing'),
      ...address('Shipping'),
      text('External_Key'),
    ],
  },
  {
    apiName: 'Deals',
    singular: 'Deal',
    number: 3,
    duplicateFields: ['Deal_Name'],
    fields: [
      ...system,
      text('Deal_Name', true),
      text('Stage', true),
      typed('Amount', 'currency', 'double'),
      typed('Closing_Date', 'date'),
      lookup('Account_Name', 'Accounts'),
      lookup('Contact_Name', 'Contacts'),
      typed('Description', 'textarea'),
    ],
  },
  {
    apiName: 'Notes',
    singular: 'Note',
    number: 4,
    duplicateFields: [],
    fields: [
      ...system,
      text('Note_Title'),
      { ...typed('Note_Content', 'textarea'), isRequired: true },
      { ...lookup('Parent_Id', ''), isRequired: true },
    ],
  },
];

export function crmModule(apiName: string): CrmModule | undefined {
  return crmModules.find((module) => module.apiName === apiName);
}

/** A field as `GET /settings/fields` describes it. */
export function fieldView(module: CrmModule, field: CrmField, index: number): Json {
  const isWritable = field.isReadOnly !== true;
  return {
    id: `1180000000000${module.number}${index.toString().padStart(5, '0')}`,
    api_name: field.apiName,
    field_label: field.apiName.replaceAll('_', ' '),
    display_label: field.apiName.replaceAll('_', ' '),
    data_type: field.dataType,
    json_type: field.jsonType,
    system_mandatory: field.isRequired === true,
    custom_field: field.apiName === 'External_Key',
    read_only: !isWritable,
    field_read_only: !isWritable,
    visible: true,
    length: field.dataType === 'textarea' ? 2000 : 255,
    operation_type: {
      web_create: isWritable,
      api_create: isWritable,
      web_update: isWritable,
      api_update: isWritable,
    },
    pick_list_values: [],
    ...(field.lookupModule === undefined || field.lookupModule === ''
      ? {}
      : {
          lookup: {
            display_label: field.apiName.replaceAll('_', ' '),
            api_name: field.apiName,
            module: { api_name: field.lookupModule, id: '1180000000000000002' },
          },
        }),
  };
}

/** A module as `GET /settings/modules` describes it. */
export function moduleView(module: CrmModule): Json {
  return {
    id: `118000000000000000${module.number}`,
    api_name: module.apiName,
    module_name: module.apiName,
    singular_label: module.singular,
    plural_label: module.apiName,
    generated_type: 'default',
    api_supported: true,
    creatable: true,
    editable: true,
    viewable: true,
    deletable: true,
    visible: true,
  };
}
