/**
 * The stages of a group purchase on many lines: import, lock, offers, settlement. Each is held against raw SQL that does the
 * same, and against raw SQL that only writes its rows. The system is the real one, played by the demonstration, several times over where one time is short; the
 * floors run behind each story on the same database.
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import pg from 'pg';
import type { User } from '../demo/api.js';
import { type Cast, gather, invited } from '../demo/cast.js';
import { type Agreement, answer, issued, offered, type Round, settle, signBoth } from '../demo/contracting.js';
import { catalogue, lock, openPool } from '../demo/demand.js';
import { demoGround } from '../demo/ground.js';
import { korea } from '../demo/korea.js';
import { now, type Play } from '../demo/play.js';
import { Story } from '../demo/story.js';
import { type AwardAnswer, bid, decide, evaluated, open, publish, recommended } from '../demo/tendering.js';
import { temporaryDataFolder } from '../src/platform/embedded/embedded-postgres.js';
import { median, type Report, timed } from './report.js';
import { importFloor, lockFloor, offersFloor, settlementFloor } from './stages-floors.js';
import { lockRaw, offersRaw, settlementRaw } from './stages-raw.js';

export const SIZES = [1_000, 12_000, 120_000];

/** Stories of a size: what takes milliseconds is told by many of them, what takes seconds by few. */
const stories = (members: number): number => (members <= 2_000 ? 7 : members <= 20_000 ? 3 : 1);

const JOBS = {
  lock: 'pools.end-joining',
  offers: 'subscriptions.make-offers',
  settlement: 'subscriptions.settle',
} as const;

/** Milliseconds of ours, of raw SQL that does the stage, and of raw SQL that only writes its rows; of one story. */
type Measured = Readonly<Record<'import' | keyof typeof JOBS, readonly [ours: number, raw: number, rows: number]>>;

export async function benchStages(report: Report, sizes: readonly number[]): Promise<void> {
  for (const members of sizes) await benchSize(report, members);
}

async function benchSize(report: Report, members: number): Promise<void> {
  const input = korea(members);
  const out = temporaryDataFolder('pumasi-bench');
  const ground = await demoGround({ bench: members, at: Date.now() }, { ...process.env, PUMASI_DATA: out });
  const database = new pg.Client({ connectionString: ground.databaseUrl });
  await database.connect();
  try {
    const story = new Story(input.currency, false);
    const { cast } = await gather(
      ground.base,
      input.bidders.map((plan) => plan.provider),
    );
    const first: Play = { base: ground.base, input, story, cast, out, begunAt: ground.begunAt };
    await catalogue(first);
    const measured: Measured[] = [];
    while (measured.length < stories(members)) {
      const play = { ...first, cast: await castAnew(ground.base, cast), begunAt: await now(first) };
      measured.push(await playStory(database, play));
    }
    for (const stage of ['import', 'lock', 'offers', 'settlement'] as const) {
      const ours = median(measured.map((each) => each[stage][0]));
      const raw = median(measured.map((each) => each[stage][1]));
      const rows = median(measured.map((each) => each[stage][2]));
      report.row('stages', {
        businesses: members,
        stories: measured.length,
        stage,
        ms: ours,
        'raw SQL ms': raw,
        ratio: ours / raw,
        aim: 'at most 2',
        'rows alone ms': rows,
        'ratio to rows': ours / rows,
      });
    }
  } finally {
    await database.end();
    await ground.end(false);
    rmSync(out, { recursive: true, force: true });
  }
}

/** Another association, whose list makes other members of the same businesses; everybody's keys are fresh ones. */
async function castAnew(base: string, cast: Cast): Promise<Cast> {
  const mark = randomUUID().slice(0, 8);
  const association = await invited(base, cast.admin, 'association', `Chamber ${mark}`, `${mark}@chamber.example`);
  const again = (user: User): User => user.under(`${mark}-`);
  const { admin, officer, approver, providers } = cast;
  return {
    admin: again(admin),
    officer: again(officer),
    approver: again(approver),
    association,
    providers: new Map([...providers].map(([name, user]) => [name, again(user)])),
  };
}

/** Plays a story to the settled price, then the floors on what it wrote. */
async function playStory(database: pg.Client, play: Play): Promise<Measured> {
  const before = await jobMillis(play.base);
  const poolId = await openPool(play);
  const imported = await timed(() =>
    play.cast.association.postCsv(
      `/api/v1/pools/${poolId}/import?consent=stated`,
      () => play.input.linesCsv(),
      'bench-import',
      () => {},
    ),
  );
  await lock(play, poolId);
  const tender = await publish(play, poolId, 'sealed');
  await bid(play, tender);
  await open(play, tender);
  const agreements = await oneByOne(play, await recommended(play, tender.id, await evaluated(play, tender.id)));
  const after = await jobMillis(play.base);
  const job = (name: string): number => (after.get(name) ?? Number.NaN) - (before.get(name) ?? 0);
  const importing = await importFloor(database, poolId, play.input.linesCsv());
  const { lock: locking, offers, settlement } = JOBS;
  const { lines } = play.input.survey;
  return {
    import: [imported, importing, importing],
    lock: [job(locking), await lockRaw(database, poolId, lines), await lockFloor(database, poolId)],
    offers: [job(offers), await offersRaw(database, agreements, lines), await offersFloor(database, agreements)],
    settlement: [
      job(settlement),
      await settlementRaw(database, agreements, lines),
      await settlementFloor(database, agreements),
    ],
  };
}

/**
 * Offers and settlements of one agreement at a time, while nothing else is done: the times of jobs that run side by side
 * cannot be added, since each has waited for the other.
 */
async function oneByOne(play: Play, award: AwardAnswer): Promise<string[]> {
  const agreements = await issued(play, await decide(play, award));
  for (const agreement of agreements) {
    await signBoth(play, agreement);
    await offered(play, agreement);
  }
  const answered: [Agreement, Round][] = [];
  for (const agreement of agreements) answered.push([agreement, await answer(play, agreement)]);
  for (const [agreement, round] of answered) await settle(play, agreement, round);
  return agreements.map((agreement) => agreement.id);
}

/** Milliseconds that each kind of job took altogether, from the system's own metrics. */
async function jobMillis(base: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${base}/metrics`)).text();
  const sums = text.matchAll(/^pumasi_job_seconds_sum\{job="([^"]+)",outcome="done"\} (\S+)$/gm);
  return new Map([...sums].map(([, job = '', seconds]) => [job, Number(seconds) * 1_000]));
}
