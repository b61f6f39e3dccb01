import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { ConsoleSettings } from '../config.ts';
import { contentSecurityPolicy, isLocalHostHeader, securityHeaders } from './security-headers.ts';

/** Text in index.html that each answer replaces by a fresh nonce. */
const noncePlaceholder = '__CSP_NONCE__';

/** The page and the policy that belongs to it. */
export interface ServedPage {
  readonly html: string;
  readonly policy: string;
}

/**
 * Serves the built web application and sets the security headers of every answer.
 *
 * Files with a hash in their name may be kept for ever; the page itself is asked for each time.
 */
@Injectable()
export class ServeWeb implements OnModuleInit {
  readonly #page: string | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(ConsoleSettings) private readonly settings: ConsoleSettings,
  ) {
    const path = join(settings.webDir, 'index.html');
    this.#page = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  async onModuleInit(): Promise<void> {
    // Consumers are tested without HTTP; there is no server then.
    const { httpAdapter } = this.adapterHost;
    if (httpAdapter?.getType() !== 'fastify') return;
    const fastify = httpAdapter.getInstance<FastifyInstance>();
    this.#guard(fastify);
    if (this.#page === undefined) {
      new Logger('web').warn(`${this.settings.webDir} holds no built page: only the API is served`);
      return;
    }
    await fastify.register(fastifyStatic, {
      root: join(this.settings.webDir, 'assets'),
      prefix: '/assets/',
      decorateReply: false,
      index: false,
      preCompressed: true,
      immutable: true,
      maxAge: '365d',
    });
  }

  /** The page with a nonce of its own; undefined when the web application was not built. */
  page(): ServedPage | undefined {
    if (this.#page === undefined) return undefined;
    const nonce = randomBytes(16).toString('base64');
    return {
      html: this.#page.replaceAll(noncePlaceholder, nonce),
      policy: contentSecurityPolicy(nonce),
    };
  }

  #guard(fastify: FastifyInstance): void {
    const { isInsecureAllowed } = this.settings;
    fastify.addHook('onRequest', (request, reply, done) => {
      void reply.headers(securityHeaders);
      if (isInsecureAllowed || isLocalHostHeader(request.headers.host)) return done();
      void reply
        .status(421)
        .type('text/plain')
        .send('The console answers under its own address only.\n');
    });
  }
}
