import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { jsonBody, paramOf, pathOf, queryOf, VendorRefusal } from '../../control/twin-server.ts';
import { defined, textAt, type Json } from '../../json.ts';
import { tokenOf } from '../accounts/routes.ts';
import type { TokenStore } from '../accounts/token-store.ts';
import { fixedId, isEmail, newZohoId, type ZohoContext } from '../context.ts';
import { createDeskContact, deskContactView, findDeskContact } from './contacts.ts';
import { deskInvalid, deskRefusal, deskSuccessHeaders } from './refusals.ts';
import { createTicket, ticketView, updateTicket, type Ticket } from './tickets.ts';

/** Desk version 1: bare objects, camelCase, 200 on POST, 204 on an empty list. */
export function installDeskRoutes(
  root: FastifyInstance,
  context: ZohoContext,
  tokens: TokenStore,
): void {
  root.register(
    async (app) => {
      app.addHook('onRequest', async (request, reply) => {
        const token = tokenOf(request);
        if (token === undefined || !tokens.isLive(token)) {
          throw deskRefusal(401, 'INVALID_OAUTH', 'The OAuth Token you provided is invalid.');
        }
        checkOrganization(request, context);
        reply.headers(deskSuccessHeaders);
      });
      app.setNotFoundHandler(async () => {
        throw deskRefusal(404, 'URL_NOT_FOUND', 'The URL does not exist.');
      });
      installTicketRoutes(app, context);
      installContactRoutes(app, context);
      installOrganizationRoutes(app, context);
    },
    { prefix: '/api/v1' },
  );
}

/** The department every organisation has. */
export function departmentId(context: ZohoContext): string {
  return fixedId(context, 900);
}

function installTicketRoutes(app: FastifyInstance, context: ZohoContext): void {
  const { ledger } = context;
  const view = (ticket: Ticket): Json => ticketView(context, ticket);
  app.post('/tickets', async (request, reply) => {
    const ticket = createTicket(context, bodyOf(request), departmentId(context));
    return reply.code(200).send(view(ticket));
  });
  app.get('/tickets', async (request, reply) => {
    refuseUnknown(request, ['from', 'limit', 'sortBy', 'departmentId', 'status', 'include']);
    return sendList(request, reply, ledger.list<Ticket>('desk-tickets').map(view));
  });
  app.get('/tickets/search', async (request, reply) => {
    refuseUnknown(request, ['from', 'limit', 'sortBy', 'departmentId', 'email', 'subject', '_all']);
    const found = ledger
      .list<Ticket>('desk-tickets')
      .map(view)
      .filter((ticket) => fits(request, ticket));
    return sendList(request, reply, { counted: found });
  });
  app.get('/tickets/:id', async (request) => view(ticketOf(context, request)));
  app.patch('/tickets/:id', async (request) =>
    view(updateTicket(context, ticketOf(context, request), bodyOf(request))),
  );
  app.post('/tickets/:id/comments', async (request, reply) => {
    const ticket = ticketOf(context, request);
    const body = bodyOf(request);
    const content = textAt(body, 'content');
    if (content === undefined) throw deskInvalid([{ fieldName: '/content', errorType: 'missing' }]);
    const comment = {
      id: newZohoId(context),
      ticketId: ticket.id,
      content,
      contentType: textAt(body, 'contentType') ?? 'plainText',
      isPublic: body['isPublic'] === true,
      commentedTime: context.now().toISOString(),
      commenterId: fixedId(context, 901),
    };
    ledger.put('desk-comments', comment.id, comment);
    return reply.code(200).send(comment);
  });
  app.get('/tickets/:id/comments', async (request, reply) => {
    const ticket = ticketOf(context, request);
    const found = ledger
      .list<Json>('desk-comments')
      .filter((comment) => comment['ticketId'] === ticket.id);
    return sendList(request, reply, found);
  });
}

function installContactRoutes(app: FastifyInstance, context: ZohoContext): void {
  app.post('/contacts', async (request, reply) =>
    reply.code(200).send(deskContactView(createDeskContact(context, bodyOf(request)))),
  );
  app.get('/contacts', async (request, reply) => {
    refuseUnknown(request, ['from', 'limit', 'sortBy']);
    return sendList(request, reply, context.ledger.list<Json>('desk-contacts'));
  });
  app.get('/contacts/search', async (request, reply) => {
    refuseUnknown(request, ['from', 'limit', 'sortBy', 'email', 'fullName', '_all']);
    const email = queryOf(request, 'email');
    const found = email === undefined ? undefined : findDeskContact(context, email);
    const counted = found === undefined ? [] : [{ ...found }];
    return sendList(request, reply, { counted });
  });
  app.get('/contacts/:id', async (request) => {
    const found = context.ledger.get<Json>('desk-contacts', paramOf(request, 'id'));
    if (found === undefined) throw deskRefusal(404, 'URL_NOT_FOUND', 'The contact does not exist.');
    return found;
  });
}

function installOrganizationRoutes(app: FastifyInstance, context: ZohoContext): void {
  app.get('/departments', async (request, reply) =>
    sendList(request, reply, [
      {
        id: departmentId(context),
        name: 'Payments',
        isEnabled: true,
        isDefault: true,
        nameInCustomerPortal: 'Payments',
      },
    ]),
  );
  app.get('/organizations', async () => ({
    data: [
      {
        id: context.settings.zohoOrganizationId,
        companyName: 'Sandbox Trading',
        portalName: 'sandbox',
        isDefault: true,
        isSandboxPortal: true,
      },
    ],
  }));
}

function checkOrganization(request: FastifyRequest, context: ZohoContext): void {
  if (/\/organizations(\/|$)/.test(pathOf(request))) return;
  const orgId = request.headers['orgid'];
  if (typeof orgId === 'string' && !/^\d+$/.test(orgId)) {
    throw deskRefusal(500, 'INTERNAL_SERVER_ERROR', 'An internal server error occurred.');
  }
  if (orgId !== context.settings.zohoOrganizationId) {
    throw deskRefusal(403, 'OAUTH_ORG_MISMATCH', 'The organization does not match the token.');
  }
}

function ticketOf(context: ZohoContext, request: FastifyRequest): Ticket {
  const found = context.ledger.get<Ticket>('desk-tickets', paramOf(request, 'id'));
  if (found !== undefined) return found;
  throw deskRefusal(404, 'URL_NOT_FOUND', 'The ticket does not exist.');
}

/** Custom field parameters are `customField1=cf_name:value`, compared exactly. */
function fits(request: FastifyRequest, ticket: Json): boolean {
  for (const [name, value] of Object.entries(request.query as Record<string, string>)) {
    if (/^customField\d+$/.test(name)) {
      const [field, ...rest] = value.split(':');
      if (textAt(ticket, `cf.${field ?? ''}`) !== rest.join(':')) return false;
    }
  }
  const email = queryOf(request, 'email');
  if (email !== undefined && ticket['email'] !== email) return false;
  const subject = queryOf(request, 'subject');
  return subject === undefined || String(ticket['subject']).includes(subject);
}

function refuseUnknown(request: FastifyRequest, known: readonly string[]): void {
  const unknown = Object.keys(request.query as object).filter(
    (name) => !known.includes(name) && !/^customField\d+$/.test(name),
  );
  if (unknown.length === 0) return;
  throw new VendorRefusal(422, {
    errorCode: 'UNPROCESSABLE_ENTITY',
    message: `Extra query parameter '${unknown[0] ?? ''}' is present in the input.`,
  });
}

function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  list: readonly Json[] | { counted: readonly Json[] },
): FastifyReply {
  const found = 'counted' in list ? list.counted : list;
  const from = Math.max(0, Number(queryOf(request, 'from') ?? 0) || 0);
  const limit = Math.min(100, Number(queryOf(request, 'limit') ?? 10) || 10);
  const rows = found.slice(from, from + limit);
  if (rows.length === 0) return reply.code(204).send();
  const count = 'counted' in list ? found.length : undefined;
  return reply.send(defined({ data: rows, count }));
}

function bodyOf(request: FastifyRequest): Json {
  const body = jsonBody(request);
  if (body === undefined) throw deskRefusal(422, 'INVALID_DATA', 'The data is not valid JSON.');
  const email = textAt(body, 'email');
  if (email !== undefined && !isEmail(email)) {
    throw deskInvalid([{ fieldName: '/email', errorType: 'invalid' }]);
  }
  return body;
}
