/** Where people look records up in the products of Zoho; an empty address stands for none. */
export interface ZohoWeb {
  readonly books: string;
  readonly inventory: string;
  readonly crm: string;
  readonly desk: string;
}

/** Where a record of a kind stands below the address of its product. */
const places: Readonly<Record<string, readonly [product: keyof ZohoWeb, place: string]>> = {
  contact: ['books', '#/contacts/'],
  invoice: ['books', '#/invoices/'],
  'customer payment': ['books', '#/paymentsreceived/'],
  'credit note': ['books', '#/creditnotes/'],
  'sales order': ['inventory', '#/salesorders/'],
  'crm contact': ['crm', '/tab/Contacts/'],
  account: ['crm', '/tab/Accounts/'],
  ticket: ['desk', '/tickets/details/'],
};

/** The page of a record in the product that keeps it; null where there is none or none is known. */
export function recordUrl(kind: string, id: string, web: ZohoWeb): string | null {
  const [product, place] = places[kind] ?? [];
  if (product === undefined || place === undefined) return null;
  const base = web[product].replace(/\/+$/, '');
  if (base === '') return null;
  const isAfterHash = base.includes('#') && place.startsWith('#');
  return `${base}${isAfterHash ? place.slice(1) : place}${encodeURIComponent(id)}`;
}
