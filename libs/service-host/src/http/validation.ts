import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from '@nestjs/common';
import { hostErrors } from '../errors.ts';

/** Validates DTOs: unknown fields are refused, and every fault is listed at once. */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    stopAtFirstError: false,
    exceptionFactory: (errors) => {
      const faults = errors.flatMap((error) => faultsOf(error, ''));
      return hostErrors.failure('REQUEST_INVALID', {
        detail: `The request is invalid: ${faults.slice(0, 5).join('; ')}`,
        details: { faults },
      });
    },
  });
}

function faultsOf(error: ValidationError, parent: string): string[] {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.values(error.constraints ?? {}).map((rule) => `${path}: ${rule}`);
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, path))];
}
