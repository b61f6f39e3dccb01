import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { paramOf, queryOf } from '../../control/twin-server.ts';
import { textAt, type Json } from '../../json.ts';
import { newZohoId, type ZohoContext } from '../context.ts';
import { holderOfUnique, isUniqueField, uniqueFields } from './custom-fields.ts';
import { financeBody } from './finance-body.ts';
import type { FinanceModule, FinanceRecord } from './finance-record.ts';
import { listAnswer } from './list-query.ts';
import { recordOf, removeRecord, writeRecord } from './record-store.ts';
import { financeRefusal } from './refusals.ts';

/** Create, read, list, update, upsert, delete and comment: the same for every module. */
export function installModuleRoutes(
  app: FastifyInstance,
  context: ZohoContext,
  module: FinanceModule,
): void {
  const base = `/${module.plural}`;
  const { singular, label } = module;

  app.get(base, async (request) => {
    const rows = candidates(request, context, module).map((record) =>
      rowOf(module.view(context, record)),
    );
    return listAnswer(request, module, rows);
  });
  app.post(base, async (request, reply) => {
    const record = writeRecord(context, module, {
      body: financeBody(request),
      query: (name) => queryOf(request, name),
    });
    return sendCreated(reply, { context, module, record });
  });
  app.put(base, async (request, reply) => upsert(request, reply, { context, module }));
  app.get(`${base}/:id`, async (request) =>
    success({ [singular]: module.view(context, recordOf(context, module, idOf(request))) }),
  );
  app.put(`${base}/:id`, async (request) => {
    const previous = recordOf(context, module, idOf(request));
    const record = writeRecord(context, module, {
      body: financeBody(request),
      query: (name) => queryOf(request, name),
      previous,
    });
    const message = `${label} information has been updated.`;
    return success({ [singular]: module.view(context, record) }, message);
  });
  app.delete(`${base}/:id`, async (request) => {
    removeRecord(context, module, recordOf(context, module, idOf(request)));
    return success({}, `The ${label.toLowerCase()} has been deleted.`);
  });
  // The path of this call is the singular one; the plural does not exist at Zoho either.
  app.put(`/${singular}/:id/customfields`, async (request) => {
    const previous = recordOf(context, module, idOf(request));
    const record = writeRecord(context, module, {
      body: { custom_fields: financeBody(request)['custom_fields'] },
      query: () => undefined,
      previous,
    });
    return success({ custom_fields: module.view(context, record)['custom_fields'] });
  });
  installCommentRoutes(app, context, module);
}

/** The envelope of a good answer. */
export function success(parts: Json, message = 'success'): Json {
  return { code: 0, message, ...parts };
}

function upsert(
  request: FastifyRequest,
  reply: FastifyReply,
  { context, module }: { context: ZohoContext; module: FinanceModule },
): FastifyReply {
  const name = headerOf(request, 'x-unique-identifier-key');
  const value = headerOf(request, 'x-unique-identifier-value');
  if (name === undefined || value === undefined) {
    throw financeRefusal('invalidValue', 'X-Unique-Identifier-Key');
  }
  if (!isUniqueField(name)) throw financeRefusal('notAUniqueField', name);
  const id = holderOfUnique(context, module.plural, { name, value });
  const previous =
    id === undefined ? undefined : context.ledger.get<FinanceRecord>(module.plural, id);
  const mayCreate = headerOf(request, 'x-upsert')?.toLowerCase() === 'true';
  if (previous === undefined && !mayCreate) throw financeRefusal('missingRecord', module.label);
  const body = financeBody(request);
  const given = Array.isArray(body['custom_fields']) ? (body['custom_fields'] as unknown[]) : [];
  const record = writeRecord(context, module, {
    body: { ...body, custom_fields: [...given, { api_name: name, value }] },
    query: (parameter) => queryOf(request, parameter),
    previous,
  });
  if (previous === undefined) return sendCreated(reply, { context, module, record });
  const message = `${module.label} information has been updated.`;
  return reply.send(success({ [module.singular]: module.view(context, record) }, message));
}

function sendCreated(
  reply: FastifyReply,
  made: { context: ZohoContext; module: FinanceModule; record: FinanceRecord },
): FastifyReply {
  const { context, module, record } = made;
  const message = `The ${module.label.toLowerCase()} has been added.`;
  return reply
    .code(201)
    .header('location', `/api/v3/${module.plural}/${record.id}`)
    .send(success({ [module.singular]: module.view(context, record) }, message));
}

function installCommentRoutes(
  app: FastifyInstance,
  context: ZohoContext,
  module: FinanceModule,
): void {
  const path = `/${module.plural}/:id/comments`;
  const kind = 'finance-comments';
  app.get(path, async (request) => {
    const record = recordOf(context, module, idOf(request));
    const comments = context.ledger
      .list<Json>(kind)
      .filter((comment) => comment['record_id'] === record.id);
    return success({ comments });
  });
  app.post(path, async (request, reply) => {
    const record = recordOf(context, module, idOf(request));
    const description = textAt(financeBody(request), 'description');
    if (description === undefined) throw financeRefusal('missingValue', 'description');
    const comment = {
      comment_id: newZohoId(context),
      record_id: record.id,
      [module.idField]: record.id,
      description,
      commented_by: 'Sandbox',
      comment_type: 'internal',
      date: context.now().toISOString().slice(0, 10),
    };
    context.ledger.put(kind, comment.comment_id, comment);
    return reply.code(201).send(success({ comment }, 'Comments added.'));
  });
}

/** The records a list call can show: one at most when it names the value of a unique field. */
function candidates(
  request: FastifyRequest,
  context: ZohoContext,
  module: FinanceModule,
): readonly FinanceRecord[] {
  for (const name of uniqueFields) {
    const value = queryOf(request, name);
    if (value === undefined) continue;
    const id = holderOfUnique(context, module.plural, { name, value });
    const found =
      id === undefined ? undefined : context.ledger.get<FinanceRecord>(module.plural, id);
    return found === undefined ? [] : [found];
  }
  return context.ledger.list<FinanceRecord>(module.plural);
}

/** A row of a list: the record without its lines. */
function rowOf(view: Json): Json {
  const { line_items: _lines, custom_fields: _fields, contact_persons: _persons, ...row } = view;
  return row;
}

function idOf(request: FastifyRequest): string {
  return paramOf(request, 'id');
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
