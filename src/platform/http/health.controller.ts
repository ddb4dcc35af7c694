import { Controller, Get, Header, Res, type OnModuleDestroy } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { within } from '../patience.js';
import { JobsService } from '../jobs/jobs.service.js';
import { Metrics } from '../metrics/metrics.js';
import { OpenToAll } from './request.js';

/** A process whose own clock is further from the database's than this is not to be trusted with anything. */
const CLOCK_SKEW_MILLIS = 10_000;

/** Whoever watches does not wait longer, and a database that takes longer is no use. */
const ANSWER_MILLIS = 3_000;

interface Check {
  readonly name: string;
  readonly healthy: boolean;
}

@ApiExcludeController()
@Controller()
export class HealthController implements OnModuleDestroy {
  private leaving = false;

  constructor(
    private readonly source: DataSource,
    private readonly jobs: JobsService,
    private readonly metrics: Metrics,
  ) {}

  onModuleDestroy(): void {
    this.leaving = true;
  }

  /** The process answers. */
  @OpenToAll()
  @Get('health/live')
  live(): { status: string } {
    return { status: 'up' };
  }

  /**
   * The process may be sent work: database reachable, clocks agree, not shutting down. The queue is told of, but nobody
   * is turned away because of it: without it facts only reach their listeners seconds later.
   */
  @OpenToAll()
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<{ status: string; checks: Check[] }> {
    const needed = [{ name: 'serving', healthy: !this.leaving }, ...(await this.database())];
    const healthy = needed.every((check) => check.healthy);
    void reply.status(healthy ? 200 : 503);
    return { status: healthy ? 'up' : 'down', checks: [...needed, await this.queue()] };
  }

  @OpenToAll()
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  async figures(): Promise<string> {
    return this.metrics.registry.metrics();
  }

  private async database(): Promise<Check[]> {
    try {
      const asked = this.source.query<{ now: Date }[]>('select clock_timestamp() as now');
      const rows = await within(ANSWER_MILLIS, 'the database', asked);
      const skew = Math.abs((rows[0]?.now.getTime() ?? 0) - Date.now());
      return [
        { name: 'database', healthy: true },
        { name: 'clock', healthy: skew <= CLOCK_SKEW_MILLIS },
      ];
    } catch {
      return [{ name: 'database', healthy: false }];
    }
  }

  private async queue(): Promise<Check> {
    return { name: 'queue', healthy: await this.jobs.queueAnswers() };
  }
}
