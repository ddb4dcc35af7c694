import { Controller, Get, Header, Res, type OnModuleDestroy } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { within } from '../patience.js';
import { JobsService } from '../jobs/jobs.service.js';
import { Metrics } from '../metrics/metrics.js';
import { OpenToAll } from './request.js';

/**
 * No decision reads the process's clock, but its logs do, and so do the alarms of the queue: a process further from the
 * database's real time than this is not sent work. The development clock moves business time only, and does not count.
 */
const CLOCK_SKEW_MILLIS = 5_000;

/** Whoever watches does not wait longer, and a database that takes longer is no use. */
const ANSWER_MILLIS = 3_000;

interface Check {
  readonly name: string;
  readonly healthy: boolean;
  /** what to mend */
  readonly why?: string;
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
      const asked = Date.now();
      const answer = this.source.query<{ now: Date }[]>('select clock_timestamp() as now');
      const rows = await within(ANSWER_MILLIS, 'the database', answer);
      return [{ name: 'database', healthy: true }, clock(asked, Date.now(), rows[0]?.now.getTime() ?? 0)];
    } catch {
      return [{ name: 'database', healthy: false }];
    }
  }

  private async queue(): Promise<Check> {
    return { name: 'queue', healthy: await this.jobs.queueAnswers() };
  }
}

/** The database told its time between two instants of this process's clock; so its time may be either of them. */
function clock(asked: number, answered: number, theirs: number): Check {
  const skew = theirs < asked ? asked - theirs : Math.min(0, answered - theirs);
  if (Math.abs(skew) <= CLOCK_SKEW_MILLIS) return { name: 'clock', healthy: true };
  const why =
    `The clock of this process is ${Math.round(Math.abs(skew) / 1_000)} seconds ${skew > 0 ? 'ahead of' : 'behind'} ` +
    "the database's. Set it right (by NTP) on this machine; nothing happens early or late because of it.";
  return { name: 'clock', healthy: false, why };
}
