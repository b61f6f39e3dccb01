import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { jsonBody, paramOf, queryOf, VendorRefusal } from '../../control/twin-server.ts';
import { isJson, objectsIn, textAt, type Json } from '../../json.ts';
import { tokenOf } from '../accounts/routes.ts';
import type { TokenStore } from '../accounts/token-store.ts';
import type { ZohoContext } from '../context.ts';
import { crmModule, crmModules, fieldView, moduleView, type CrmModule } from './fields.ts';
import {
  duplicateOf,
  faultOf,
  kindOf,
  owner,
  recordView,
  refusal,
  saveCrmRecord,
  writeDetails,
  type CrmRecord,
} from './records.ts';
import { searchFilter } from './search.ts';

const recordsMax = 100;

/** CRM version 8. Bodies without a content type are JSON: the official clients send them so. */
export function installCrmRoutes(
  root: FastifyInstance,
  context: ZohoContext,
  tokens: TokenStore,
): void {
  root.register(
    async (app) => {
      app.addHook('onRequest', async (request) => {
        const token = tokenOf(request);
        if (token === undefined || !tokens.isLive(token)) {
          throw crmRefusal(401, 'INVALID_TOKEN', 'invalid oauth token');
        }
      });
      app.setNotFoundHandler(async () => {
        throw crmRefusal(
          404,
          'INVALID_URL_PATTERN',
          'Please check if the URL trying to access is a correct one',
        );
      });
      installMetaRoutes(app, context);
      installReadRoutes(app, context);
      installWriteRoutes(app, context);
      installNoteRoutes(app, context);
    },
    { prefix: '/crm/v8' },
  );
}

function installMetaRoutes(app: FastifyInstance, context: ZohoContext): void {
  app.get('/users', async () => ({
    users: [
      {
        id: owner.id,
        full_name: owner.name,
        first_name: 'Sandbox',
        last_name: 'User',
        email: owner.email,
        status: 'active',
        country_locale: 'en_US',
        time_zone: 'Etc/UTC',
        zuid: '900000900',
      },
    ],
    info: { per_page: 200, count: 1, page: 1, more_records: false },
  }));
  app.get('/org', async () => ({
    org: [
      {
        id: '1180000000000000800',
        zgid: context.settings.zohoOrganizationId,
        company_name: 'Sandbox Trading',
        iso_code: 'EUR',
        currency: 'Euro',
        time_zone: 'Etc/UTC',
        country_code: 'DE',
      },
    ],
  }));
  app.get('/settings/modules', async () => ({ modules: crmModules.map(moduleView) }));
  app.get('/settings/modules/:module', async (request) => ({
    modules: [moduleView(moduleOf(paramOf(request, 'module')))],
  }));
  app.get('/settings/fields', async (request) => {
    const module = moduleOf(queryOf(request, 'module') ?? '');
    return { fields: module.fields.map((field, index) => fieldView(module, field, index)) };
  });
  app.get('/settings/related_lists', async (_request, reply) => reply.code(204).send());
}

function installReadRoutes(app: FastifyInstance, context: ZohoContext): void {
  app.get('/:module/search', async (request, reply) => {
    const module = moduleOf(paramOf(request, 'module'));
    const filter = searchFilter({
      criteria: queryOf(request, 'criteria'),
      email: queryOf(request, 'email'),
      phone: queryOf(request, 'phone'),
      word: queryOf(request, 'word'),
    });
    if (filter === undefined) throw crmRefusal(400, 'INVALID_QUERY', 'invalid query formed');
    return sendPage(request, reply, viewsOf(context, module).filter(filter));
  });
  app.get('/:module', async (request, reply) => {
    const module = moduleOf(paramOf(request, 'module'));
    requireFields(request);
    return sendPage(request, reply, viewsOf(context, module));
  });
  app.get('/:module/:id', async (request, reply) => {
    const module = moduleOf(paramOf(request, 'module'));
    const record = context.ledger.get<CrmRecord>(kindOf(module), paramOf(request, 'id'));
    if (record === undefined) return reply.code(204).send();
    return { data: [recordView(context, module, record)] };
  });
}

function installWriteRoutes(app: FastifyInstance, context: ZohoContext): void {
  app.post('/:module', async (request, reply) => {
    const module = moduleOf(paramOf(request, 'module'));
    const results = dataOf(request).map((values, index) =>
      create(context, module, { values, index }),
    );
    return sendResults(reply, results, 201);
  });
  app.post('/:module/upsert', async (request, reply) => {
    const module = moduleOf(paramOf(request, 'module'));
    const named = bodyOf(request)['duplicate_check_fields'];
    const fields = Array.isArray(named) ? named.map(String) : module.duplicateFields;
    const results = dataOf(request).map((values, index) => {
      const match = duplicateOf(context, module, { values, fields });
      const result =
        match === undefined
          ? create(context, module, { values, index })
          : update(context, module, { values, index, previous: match.record });
      if (result['status'] === 'error') return result;
      const action = match === undefined ? 'insert' : 'update';
      return { ...result, action, duplicate_field: match?.field ?? null };
    });
    return sendResults(reply, results, 200);
  });
  const updateAll = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const module = moduleOf(paramOf(request, 'module'));
    const results = dataOf(request).map((values, index) => {
      const id = paramOf(request, 'id') || textAt(values, 'id') || '';
      const previous = context.ledger.get<CrmRecord>(kindOf(module), id);
      if (previous === undefined) {
        const place = { api_name: 'id', json_path: `$.data[${index}].id` };
        return { ...refusal('INVALID_DATA', place, 'the id given seems to be invalid') };
      }
      return update(context, module, { values, index, previous });
    });
    return sendResults(reply, results, 200);
  };
  app.put('/:module', updateAll);
  app.put('/:module/:id', updateAll);
}

function installNoteRoutes(app: FastifyInstance, context: ZohoContext): void {
  const notes = moduleOf('Notes');
  app.post('/:module/:id/Notes', async (request, reply) => {
    const parent = moduleOf(paramOf(request, 'module'));
    const id = paramOf(request, 'id');
    const results = dataOf(request).map((values, index) => {
      const parentId = { id, module: { api_name: parent.apiName } };
      return create(context, notes, { values: { ...values, Parent_Id: parentId }, index });
    });
    return sendResults(reply, results, 201);
  });
  app.get('/:module/:id/Notes', async (request, reply) => {
    requireFields(request);
    const id = paramOf(request, 'id');
    const found = viewsOf(context, notes).filter((view) => textAt(view, 'Parent_Id.id') === id);
    return sendPage(request, reply, found);
  });
}

function create(
  context: ZohoContext,
  module: CrmModule,
  given: { values: Json; index: number },
): Json {
  const fault = faultOf(context, module, { ...given, isNew: true });
  if (fault !== undefined) return { ...fault };
  const record = saveCrmRecord(context, module, { values: given.values });
  return successOf(record, 'record added');
}

function update(
  context: ZohoContext,
  module: CrmModule,
  given: { values: Json; index: number; previous: CrmRecord },
): Json {
  const fault = faultOf(context, module, { ...given, isNew: false });
  if (fault !== undefined) return { ...fault };
  const { values, previous } = given;
  return successOf(saveCrmRecord(context, module, { values, previous }), 'record updated');
}

function successOf(record: CrmRecord, message: string): Json {
  return { code: 'SUCCESS', details: writeDetails(record), message, status: 'success' };
}

/** All good gives the call's own status, none good 400, a mixture 207. */
function sendResults(reply: FastifyReply, results: readonly Json[], status: number): FastifyReply {
  const failed = results.filter((result) => result['status'] === 'error').length;
  const code = failed === 0 ? status : failed === results.length ? 400 : 207;
  return reply.code(code).send({ data: results });
}

function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  found: readonly Json[],
): FastifyReply {
  const perPage = Math.min(200, Number(queryOf(request, 'per_page') ?? 200) || 200);
  const page = Math.max(1, Number(queryOf(request, 'page') ?? 1) || 1);
  const start = (page - 1) * perPage;
  const rows = found.slice(start, start + perPage);
  if (rows.length === 0) return reply.code(204).send();
  const hasMore = start + perPage < found.length;
  return reply.send({
    data: rows,
    info: { per_page: perPage, count: rows.length, page, more_records: hasMore },
  });
}

function viewsOf(context: ZohoContext, module: CrmModule): Json[] {
  return context.ledger
    .list<CrmRecord>(kindOf(module))
    .map((record) => recordView(context, module, record));
}

function requireFields(request: FastifyRequest): void {
  if (queryOf(request, 'fields') !== undefined) return;
  throw new VendorRefusal(400, {
    code: 'REQUIRED_PARAM_MISSING',
    details: { param: 'fields' },
    message: 'One of the expected parameter is missing',
    status: 'error',
  });
}

function dataOf(request: FastifyRequest): Json[] {
  const data = bodyOf(request)['data'];
  if (!Array.isArray(data) || data.length === 0 || !data.every(isJson)) {
    throw crmRefusal(400, 'MANDATORY_NOT_FOUND', 'required field not found');
  }
  if (data.length > recordsMax) throw crmRefusal(400, 'LIMIT_EXCEEDED', 'too many records');
  return objectsIn(data);
}

function bodyOf(request: FastifyRequest): Json {
  const body = jsonBody(request);
  if (body === undefined) throw crmRefusal(400, 'INVALID_DATA', 'body is not valid JSON');
  return body;
}

function moduleOf(name: string): CrmModule {
  const module = crmModule(name);
  if (module !== undefined) return module;
  throw crmRefusal(400, 'INVALID_MODULE', 'the module name given seems to be invalid');
}

function crmRefusal(status: number, code: string, message: string): VendorRefusal {
  return new VendorRefusal(status, { code, details: {}, message, status: 'error' });
}
