import { Catch } from '@nestjs/common';
import type { RpcExceptionFilter } from '@nestjs/common';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';

/**
 * Hands a handler's own error to the transport.
 *
 * Without it Nest replaces every error it does not know by a plain object, and its class is lost.
 * Install it globally, and connect the microservice with `inheritAppConfig: true`.
 */
@Catch()
export class RpcFailureFilter implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}
