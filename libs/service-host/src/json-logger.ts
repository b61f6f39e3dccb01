import type { LoggerService } from '@nestjs/common';
import { scrubText } from '@sluice/pan-guard';
import { activeTraceparent } from '@sluice/telemetry';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';

/**
 * Logs one JSON object per line to standard output, with the trace id of the active span.
 * The finished line is searched for card numbers, whatever wrote it.
 */
export class JsonLogger implements LoggerService {
  readonly #pino: Logger;

  /** @param destination Where lines go. @default standard output */
  constructor(
    service: string,
    level: string,
    destination: DestinationStream = pino.destination(1),
  ) {
    const options = {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label: string) => ({ level: label }) },
      hooks: { streamWrite: scrubText },
    };
    this.#pino = pino(options, destination);
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
    const [stack] = rest;
    const facts = typeof message === 'object' && message !== null ? message : {};
    const text = typeof message === 'string' ? message : undefined;
    this.#pino[level](
      {
        ...facts,
        ...(typeof logger === 'string' ? { logger } : {}),
        // Nest puts a stack before the name of the logger, and nothing there when it has none.
        ...(rest.length > 1 && typeof stack === 'string' ? { stack } : {}),
        ...(traceId === undefined ? {} : { traceId }),
      },
      text,
    );
  }
}
