import { Body, Controller, Get, Post } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../../kernel/actor.js';
import { refuse } from '../../kernel/refusal.js';
import { Settings } from '../config/settings.js';
import { Deeds, databaseNow } from '../deeds/deeds.js';
import { AdvanceClock, ClockReading } from './clock.dto.js';
import { Acting, May, OpenToAll } from './request.js';

@Controller('api/v1/clock')
export class ClockController {
  constructor(
    private readonly source: DataSource,
    private readonly deeds: Deeds,
    private readonly settings: Settings,
  ) {}

  /** The system's time: what every deadline is measured by. */
  @OpenToAll()
  @Get()
  async read(): Promise<ClockReading> {
    return { now: await databaseNow(this.source.manager) };
  }

  /** Moves the development clock on, never back. Only with PUMASI_ACCELERATED=on. */
  @May('clock.advance')
  @Post('advance')
  async advance(@Acting() actor: Actor, @Body() body: AdvanceClock): Promise<ClockReading> {
    if (!this.settings.PUMASI_ACCELERATED) {
      throw refuse('clock.real', 'This system runs on real time; its clock cannot be moved.', { kind: 'forbidden' });
    }
    return this.deeds.run(actor, 'clock.advance', body, async (deed) => {
      await deed.tx.query(
        `update clock_offset set ahead = ahead + greatest('0'::interval, $1::timestamptz - app_now())`,
        [body.to],
      );
      await deed.record({ type: 'clock', id: 'clock' }, { to: body.to });
      return { now: await databaseNow(deed.tx) };
    });
  }
}
