import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { RunningTelemetry } from '@sluice/telemetry';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TELEMETRY } from '../host-options.ts';
import { Readiness } from '../readiness.ts';

/** Probes and the Prometheus scrape. */
@ApiExcludeController()
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    @Inject(TELEMETRY) private readonly telemetry: RunningTelemetry,
  ) {}

  /** 200 as long as the process turns. */
  @Get('livez')
  live(): { status: string } {
    return { status: 'alive' };
  }

  /** 200 when every dependency is there, 503 with the list otherwise. */
  @Get('readyz')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const report = await this.readiness.report();
    await reply
      .status(report.isReady ? 200 : 503)
      .send({ status: report.isReady ? 'ready' : 'not ready', checks: report.checks });
  }

  /** Metrics in the Prometheus text format. */
  @Get('metrics')
  metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    reply.hijack();
    this.telemetry.serveMetrics(request.raw, reply.raw);
  }
}
