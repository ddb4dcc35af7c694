/** A system with very many working lines whose month is over, and an officer of their agency. */
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../src/app.js';
import { firstDay, monthLater } from '../src/billing/rules/months.js';
import { type Actor, systemActor } from '../src/kernel/actor.js';
import { dayOf, dayStart, type Month, monthOf } from '../src/kernel/calendar.js';
import { readSettings } from '../src/platform/config/settings.js';
import { benchGround } from './ground.js';
import { workingLines } from './working-lines.js';

export interface BilledMonth {
  readonly ground: Awaited<ReturnType<typeof benchGround>>;
  readonly app: NestFastifyApplication;
  readonly month: Month;
  readonly officer: Actor;
  readonly agencyId: string;
  readonly members: number;
}

/** Whoever has it closes the application, then ends the ground. */
export async function billedMonth(lines: number): Promise<BilledMonth> {
  const ground = await benchGround();
  const month = monthOf(dayOf(new Date()));
  const { agencyId, members } = await workingLines(ground.pool, lines, month);
  const app = await createApp(
    readSettings({
      DATABASE_URL: ground.url,
      PUMASI_WORKERS: 'off',
      PUMASI_ACCELERATED: 'on',
      PUMASI_LOG: 'error',
      PUMASI_SEALING_KEY: Buffer.alloc(32, 7).toString('base64'),
    }),
  );
  await app.init();
  await ground.pool.query(`update clock_offset set ahead = $1::timestamptz - clock_timestamp() + interval '1 day'`, [
    dayStart(firstDay(monthLater(month, 1))),
  ]);
  const officer: Actor = {
    ...systemActor('bench'),
    organisationId: agencyId,
    organisationKind: 'agency',
    roles: ['officer'],
  };
  return { ground, app, month, officer, agencyId, members };
}
