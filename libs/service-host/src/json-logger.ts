import type { LoggerService } from '@nestjs/common';
import { scrubText } from '@sluice/pan-guard';
import { activeTraceparent } from '@sluice/telemetry';
import { pino } from 'pino';
import type { Logger } from 'pino';

/**
 * Logs one JSON object per line to standard output, with the trace id of the active span.
 * The finished line is searched for card numbers, whatever wrote it.
 */
export class JsonLogger implements LoggerService {
  readonly #pino: Logger;

  constructor(service: string, level: string) {
    this.#pino = pino({
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: scrubText },
    });
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  #write(
    level: 'info' | 'error' | 'warn' | 'debug' | 'trace' | 'fatal',
    message: unknown,
    rest: readonly unknown[],
  ): void {
    const traceId = activeTraceparent()?.traceparent.split('-')[1];
    const logger = rest.at(-1);
    const facts = typeof message === 'object' && message !== null ? message : {};
    const text = typeof message === 'string' ? message : undefined;
    this.#pino[level](
      {
        ...facts,
        ...(typeof logger === 'string' ? { logger } : {}),
        ...(rest.length > 1 ? { stack: String(rest[0]) } : {}),
        ...(traceId === undefined ? {} : { traceId }),
      },
      text,
    );
  }
}
