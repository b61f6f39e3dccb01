import { textAt, type Json } from '../../json.ts';
import { isEmail, newZohoId, type ZohoContext } from '../context.ts';
import { deskInvalid } from './refusals.ts';

const kind = 'desk-contacts';

/** A contact of Desk. */
export interface DeskContact {
  readonly id: string;
  readonly firstName: string | null;
  readonly lastName: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly createdTime: string;
}

export function createDeskContact(context: ZohoContext, body: Json): DeskContact {
  const lastName = textAt(body, 'lastName');
  const email = textAt(body, 'email') ?? null;
  if (lastName === undefined) throw deskInvalid([{ fieldName: '/lastName', errorType: 'missing' }]);
  if (email !== null && !isEmail(email)) {
    throw deskInvalid([{ fieldName: '/email', errorType: 'invalid' }]);
  }
  const contact: DeskContact = {
    id: newZohoId(context),
    firstName: textAt(body, 'firstName') ?? null,
    lastName,
    email,
    phone: textAt(body, 'phone') ?? null,
    createdTime: context.now().toISOString(),
  };
  context.ledger.put(kind, contact.id, contact);
  return contact;
}

export function findDeskContact(context: ZohoContext, email: string): DeskContact | undefined {
  const wanted = email.toLowerCase();
  return context.ledger
    .list<DeskContact>(kind)
    .find((contact) => contact.email?.toLowerCase() === wanted);
}

export function deskContactView(contact: DeskContact): Json {
  return { ...contact };
}
