import { Controller, Get, NotFoundException, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ServeWeb } from './serve-web.ts';

/** Addresses that are no page of the web application. */
const foreign = /^(?:api|ops|docs|assets|livez|readyz|metrics)(?:\/|$)|\.[a-z0-9]+$/i;

/** Answers every address of the web application with its one page. */
@ApiExcludeController()
@Controller()
export class WebController {
  constructor(private readonly web: ServeWeb) {}

  /** The page. */
  @Get()
  async root(@Res() reply: FastifyReply): Promise<void> {
    await this.send(reply);
  }

  /** The page again: the address is the state of the application. */
  @Get('*')
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [address = ''] = request.url.slice(1).split('?');
    if (foreign.test(address)) throw new NotFoundException();
    await this.send(reply);
  }

  private async send(reply: FastifyReply): Promise<void> {
    const page = this.web.page();
    if (page === undefined) throw new NotFoundException();
    await reply
      .header('content-security-policy', page.policy)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page.html);
  }
}
