import { isJson, objectAt, textAt, type Json } from '../../json.ts';
import { newZohoId, type ZohoContext } from '../context.ts';
import { createDeskContact, findDeskContact, type DeskContact } from './contacts.ts';
import { deskInvalid, type DeskFieldFault } from './refusals.ts';

const kind = 'desk-tickets';
const writable = [
  'subject',
  'description',
  'status',
  'priority',
  'channel',
  'category',
  'email',
  'phone',
  'assigneeId',
  'productId',
] as const;

/** A ticket as the ledger keeps it. */
export interface Ticket {
  readonly id: string;
  readonly ticketNumber: string;
  readonly departmentId: string;
  readonly contactId: string;
  readonly fields: Json;
  readonly cf: Json;
  readonly createdTime: string;
  readonly modifiedTime: string;
}

export function createTicket(context: ZohoContext, body: Json, departmentId: string): Ticket {
  const faults: DeskFieldFault[] = [];
  if (textAt(body, 'subject') === undefined) {
    faults.push({ fieldName: '/subject', errorType: 'missing' });
  }
  const department = textAt(body, 'departmentId');
  if (department !== departmentId) {
    const errorType = department === undefined ? 'missing' : 'invalid';
    faults.push({ fieldName: '/departmentId', errorType });
  }
  if (textAt(body, 'contactId') === undefined && !isJson(body['contact'])) {
    faults.push({ fieldName: '/contactId', errorType: 'missing' });
  }
  if (faults.length > 0) throw deskInvalid(faults);
  return context.ledger.transaction(() => {
    const contact = contactOf(context, body);
    const time = context.now().toISOString();
    const ticket: Ticket = {
      id: newZohoId(context),
      ticketNumber: String(100 + context.ledger.next('ticket')),
      departmentId,
      contactId: contact.id,
      fields: {
        status: 'Open',
        priority: null,
        channel: 'Web',
        email: contact.email,
        ...picked(body),
      },
      cf: objectAt(body, 'cf'),
      createdTime: time,
      modifiedTime: time,
    };
    context.ledger.put(kind, ticket.id, ticket);
    return ticket;
  });
}

export function updateTicket(context: ZohoContext, ticket: Ticket, body: Json): Ticket {
  const changed: Ticket = {
    ...ticket,
    fields: { ...ticket.fields, ...picked(body) },
    cf: { ...ticket.cf, ...objectAt(body, 'cf') },
    modifiedTime: context.now().toISOString(),
  };
  context.ledger.put(kind, ticket.id, changed);
  return changed;
}

export function ticketView(context: ZohoContext, ticket: Ticket): Json {
  const comments = context.ledger
    .list<Json>('desk-comments')
    .filter((comment) => comment['ticketId'] === ticket.id).length;
  const none = Object.fromEntries(writable.map((name) => [name, null]));
  return {
    id: ticket.id,
    ticketNumber: ticket.ticketNumber,
    departmentId: ticket.departmentId,
    contactId: ticket.contactId,
    ...none,
    ...ticket.fields,
    statusType: ticket.fields['status'] === 'Closed' ? 'Closed' : 'Open',
    webUrl: `${context.baseUrl()}/support/ShowHomePage.do#Cases/dv/${ticket.id}`,
    cf: ticket.cf,
    customFields: ticket.cf,
    isSpam: false,
    threadCount: '0',
    commentCount: String(comments),
    createdTime: ticket.createdTime,
    modifiedTime: ticket.modifiedTime,
  };
}

function contactOf(context: ZohoContext, body: Json): DeskContact {
  const id = textAt(body, 'contactId');
  if (id !== undefined) {
    const found = context.ledger.get<DeskContact>('desk-contacts', id);
    if (found === undefined) throw deskInvalid([{ fieldName: '/contactId', errorType: 'invalid' }]);
    return found;
  }
  const given = objectAt(body, 'contact');
  const email = textAt(given, 'email');
  const known = email === undefined ? undefined : findDeskContact(context, email);
  return known ?? createDeskContact(context, given);
}

function picked(body: Json): Json {
  return Object.fromEntries(
    writable.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]),
  );
}
