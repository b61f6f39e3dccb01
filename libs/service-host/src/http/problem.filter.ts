import { Catch, Logger } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { activeTraceparent } from '@sluice/telemetry';
import type { FastifyReply } from 'fastify';
import { throwError } from 'rxjs';
import { problemOf } from './problem.ts';

/**
 * Turns everything thrown into RFC 9457 problem details at the HTTP edge, and hands a handler's own
 * error to the event transport.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('http');

  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType() !== 'http') return throwError(() => error);
    const { problem, isBug, retryAfterMs } = problemOf(error);
    if (isBug)
      this.#logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (reply.sent) return undefined;
    const traceId = activeTraceparent()?.traceparent.split('-')[1];
    if (retryAfterMs !== undefined)
      void reply.header('retry-after', String(Math.ceil(retryAfterMs / 1000)));
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json')
      .send(JSON.stringify(traceId === undefined ? problem : { ...problem, traceId }));
    return undefined;
  }
}
