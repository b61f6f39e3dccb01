import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { hostErrors } from '../errors.ts';
import { HOST_OPTIONS } from '../host-options.ts';
import type { HostOptions } from '../host-options.ts';

/**
 * Lets operators in: `Authorization: Bearer <OPS_TOKEN>`, compared in constant time.
 * @throws PermanentFailure OPS_TOKEN_REFUSED (401).
 */
@Injectable()
export class OpsGuard implements CanActivate {
  readonly #expected: Buffer;

  constructor(@Inject(HOST_OPTIONS) options: HostOptions) {
    this.#expected = digest(`Bearer ${options.settings.opsToken}`);
  }

  canActivate(context: ExecutionContext): boolean {
    const { authorization } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    if (timingSafeEqual(digest(authorization ?? ''), this.#expected)) return true;
    throw hostErrors.failure('OPS_TOKEN_REFUSED');
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
