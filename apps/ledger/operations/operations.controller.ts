import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Describe } from '../openapi/describe.ts';
import { METRICS } from '../parts.ts';
import type { ServiceMetrics } from './service-metrics.ts';

@Controller()
export class OperationsController {
  readonly #metrics: ServiceMetrics;
  constructor(@Inject(METRICS) metrics: ServiceMetrics) {
    this.#metrics = metrics;
  }

  @Get('metrics')
  @Describe({
    id: 'getMetrics',
    tag: 'Operations',
    summary: 'Figures of the service for Prometheus',
    problems: [],
  })
  async metrics(@Req() _request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const text = await this.#metrics.registry.metrics();
    reply.header('content-type', this.#metrics.registry.contentType).send(text);
  }
}
