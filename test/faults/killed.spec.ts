/**
 * The whole demonstration, killed without warning again and again: it must end with the figures of one that nobody
 * disturbed, and every transition must have happened once. Runs on whatever the environment sets: everything embedded,
 * or servers.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { User } from '../../demo/api.js';
import { PASSWORD } from '../../demo/cast.js';
import type { Figures } from '../../demo/figures.js';
import { Random } from '../../demo/random.js';
import { temporaryDataFolder } from '../../src/platform/embedded/embedded-postgres.js';
import { addressOf, demoRun, type DemoRun, heard, pause } from '../support/demo-run.js';
import { writeTown } from '../support/town.js';

interface Moment {
  readonly words: string;
  /** it is killed at most so long after them */
  readonly withinMillis: number;
}

/** Each of the story's chapters; and when latecomers have joined whose lines nobody has installed yet. */
const MOMENTS: readonly Moment[] = Array.from({ length: 15 }, (_, at) => ({
  words: `\n${at + 1}. `,
  withinMillis: 600,
})).toSpliced(12, 0, { words: 'more businesses have heard of it', withinMillis: 0 });
const LIMIT_MILLIS = 900_000;

/** Starts the story that this test is about: of a town so small that solving for it does not hold the chapters up. */
function demo(folder: string, ...more: string[]): DemoRun {
  return demoRun(folder, '--data', join(folder, 'town'), ...more);
}

async function finished(folder: string, file: string): Promise<Figures> {
  const run = demo(folder, '--json', file);
  const code = await run.ended;
  if (code !== 0) throw new Error(`exit ${code}: ${run.said()}`);
  return JSON.parse(readFileSync(file, 'utf8')) as Figures;
}

function withoutTimes(figures: Figures): Omit<Figures, 'seconds' | 'auctionSeconds'> {
  const { seconds: _seconds, auctionSeconds: _auctionSeconds, ...rest } = figures;
  return rest;
}

interface Entry {
  readonly deed: string;
  readonly sequence: number;
}

describe('kill -9', () => {
  const folder = temporaryDataFolder('pumasi-killed');
  const seed = Number(process.env['PUMASI_TEST_SEED'] ?? Date.now() % 1_000_000);
  const random = new Random(seed);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'at any moment of the demonstration changes nothing in how it ends',
    async () => {
      console.log(`PUMASI_TEST_SEED=${seed}`);
      writeTown(join(folder, 'town'));
      const undisturbed = await finished(folder, join(folder, 'undisturbed.json'));

      const story = join(folder, 'killed.json');
      for (const { words, withinMillis } of MOMENTS) {
        const run = demo(folder, '--json', story, '--keep');
        await heard(run, words);
        await pause(random.between(0, withinMillis));
        run.child.kill('SIGKILL');
        expect(await run.ended).toBeNull();
        // Those that end a chapter at once are killed early in the next; what was said last tells.
        console.log(`killed in "${/\n(\d+\. [^\n]*)(?![\s\S]*\n\d+\. )/.exec(run.said())?.[1] ?? ''}"`);
      }

      const last = demo(folder, '--json', story, '--keep');
      await heard(last, 'keeps running');
      const figures = JSON.parse(readFileSync(story, 'utf8')) as Figures;
      expect(withoutTimes(figures)).toEqual(withoutTimes(undisturbed));

      await eachTransitionOnce(addressOf(last));
      last.child.kill('SIGTERM');
      expect(await last.ended).toBe(0);
    },
    LIMIT_MILLIS,
  );
});

/** Reads the audit chains as the auditor: nothing happened twice. */
async function eachTransitionOnce(base: string): Promise<void> {
  const auditor = await new User(base, 'auditor').signIn('auditor@agency.example', PASSWORD);
  const officer = await new User(base, 'officer').signIn('officer@agency.example', PASSWORD);
  const subjects: [string, string][] = [];
  for await (const pool of officer.all<{ id: string }>('/api/v1/pools')) subjects.push(['pool', pool.id]);
  for await (const tender of officer.all<{ id: string }>('/api/v1/tenders')) {
    subjects.push(['tender', tender.id], ['auction', tender.id]);
    for await (const award of officer.all<{ id: string }>(`/api/v1/tenders/${tender.id}/awards`)) {
      subjects.push(['award', award.id]);
    }
  }
  for await (const agreement of officer.all<{ id: string }>('/api/v1/agreements')) {
    subjects.push(['agreement', agreement.id], ['offer-round', agreement.id]);
  }
  const moments = new Set(['pools.open', 'pools.end-joining', 'tenders.publish', 'bids.open', 'awards.approve']);
  // An award hears of every round that is settled under it.
  const ofRounds = new Set(['subscriptions.make-offers', 'subscriptions.settle']);
  const seen: string[] = [];
  for (const [type, id] of subjects) {
    const deeds: string[] = [];
    for await (const entry of auditor.all<Entry>(`/api/v1/audit?subjectType=${type}&subjectId=${id}`)) {
      deeds.push(entry.deed);
    }
    const states = deeds.filter((deed) => (type === 'offer-round' ? ofRounds : moments).has(deed));
    expect(new Set(states).size).toBe(states.length);
    seen.push(...states);
  }
  for (const moment of [...moments, ...ofRounds]) expect(seen).toContain(moment);
}
