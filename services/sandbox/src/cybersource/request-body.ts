import type { FastifyRequest } from 'fastify';
import { jsonBody } from '../control/twin-server.ts';
import type { Json } from '../json.ts';
import { invalidRequest } from './refusals.ts';

/** The body of a signed request as JSON; the payments API answers 400 to anything else. */
export function bodyOf(request: FastifyRequest): Json {
  const body = jsonBody(request);
  if (body === undefined) {
    throw invalidRequest('INVALID_DATA', 'Declined - The request is not valid JSON');
  }
  return body;
}
