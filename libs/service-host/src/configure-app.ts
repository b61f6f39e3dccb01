import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ProblemFilter } from './http/problem.filter.ts';
import { traceRequests } from './http/trace-requests.ts';
import { validationPipe } from './http/validation.ts';

/** Largest request body, in bytes. */
export const bodyBytesMax = 262_144;

/**
 * Gives an application the edges every service has: validation, problem details, traces, and the
 * API description under /docs. Tests call it on an application they built themselves.
 */
export function configureApp(app: NestFastifyApplication, name: string): void {
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter());
  traceRequests(app.getHttpAdapter().getInstance());
  const description = new DocumentBuilder()
    .setTitle(`Sluice ${name}`)
    .setDescription('Errors are RFC 9457 problem details with a stable code.')
    .setVersion('1')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
}
