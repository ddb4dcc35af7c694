import { createHash, timingSafeEqual } from 'node:crypto';
import { Controller, Get, Header, type OnModuleDestroy, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { refuse } from '../../kernel/refusal.js';
import { Settings } from '../config/settings.js';
import { within } from '../patience.js';
import { JobsService } from '../jobs/jobs.service.js';
import { Metrics } from '../metrics/metrics.js';
import { isNeighbour } from './proxy.js';
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
    private readonly settings: Settings,
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
    return { status: healthy ? 'up' : 'down', checks: [...needed, ...(await this.queue())] };
  }

  /**
   * Figures of this process: how often each job ran, for instance, from which a rival could tell what others do. With a
   * token set they are for whoever sends it; without one, for neighbours of this process.
   * @throws Refusal 'metrics.closed'
   */
  @OpenToAll()
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4')
  async figures(@Req() { raw }: FastifyRequest): Promise<string> {
    const { PUMASI_METRICS_TOKEN: token } = this.settings;
    const open = token === undefined ? isNeighbour(raw) : same(raw.headers.authorization ?? '', `Bearer ${token}`);
    if (!open) {
      const how = token === undefined ? 'set PUMASI_METRICS_TOKEN, and send it' : 'send PUMASI_METRICS_TOKEN';
      throw refuse('metrics.closed', `The metrics are not for everybody: ${how} as a bearer token.`, {
        kind: 'forbidden',
      });
    }
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

  private async queue(): Promise<Check[]> {
    const healthy = await this.jobs.queueAnswers();
    return healthy === null ? [] : [{ name: 'queue', healthy }];
  }
}

/** In a time that tells nothing of where two texts differ. */
function same(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest());
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
