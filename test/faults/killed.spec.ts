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

/** What a story came to: its figures, and how often each deed was done to what it is about. */
interface Told {
  readonly figures: Omit<Figures, 'seconds' | 'auctionSeconds'>;
  readonly deeds: Readonly<Record<string, number>>;
}

/** Plays the story to its end, reads what it came to, and stops its system. */
async function told(folder: string, file: string): Promise<Told> {
  const run = demo(folder, '--json', file, '--keep');
  await heard(run, 'keeps running');
  const figures = withoutTimes(JSON.parse(readFileSync(file, 'utf8')) as Figures);
  const deeds = await deedsDone(addressOf(run));
  run.child.kill('SIGTERM');
  expect(await run.ended).toBe(0);
  return { figures, deeds };
}

function withoutTimes(figures: Figures): Omit<Figures, 'seconds' | 'auctionSeconds'> {
  const { seconds: _seconds, auctionSeconds: _auctionSeconds, ...rest } = figures;
  return rest;
}

interface Entry {
  readonly deed: string;
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
      const undisturbed = await told(folder, join(folder, 'undisturbed.json'));
      expect(Object.keys(undisturbed.deeds)).toEqual(expect.arrayContaining(MOMENTS_OF_ALL));

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

      expect(await told(folder, story)).toEqual(undisturbed);
    },
    LIMIT_MILLIS,
  );
});

/** Deeds that every story has: transitions of everything that has a state of its own. */
const MOMENTS_OF_ALL = [
  'pool pools.open',
  'pool pools.end-joining',
  'tender tenders.publish',
  'auction auctions.close',
  'auction bids.open',
  'award awards.recommend',
  'award awards.approve',
  'award awards.end-standstill',
  'offer-round subscriptions.make-offers',
  'offer-round subscriptions.settle',
];

/** Reads the audit chains as the auditor: how often each deed was done, by the kind of what it was done to. */
async function deedsDone(base: string): Promise<Record<string, number>> {
  const auditor = await new User(base, 'auditor').signIn('auditor@agency.example', PASSWORD);
  const officer = await new User(base, 'officer').signIn('officer@agency.example', PASSWORD);
  const subjects: [string, string][] = [];
  const add = async (path: string, ...types: string[]): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { id } of officer.all<{ id: string }>(path)) {
      ids.push(id);
      subjects.push(...types.map((type): [string, string] => [type, id]));
    }
    return ids;
  };
  await add('/api/v1/pools', 'pool');
  for (const tender of await add('/api/v1/tenders', 'tender', 'auction')) {
    await add(`/api/v1/tenders/${tender}/awards`, 'award');
  }
  await add('/api/v1/agreements', 'agreement', 'offer-round', 'late-joining');
  await add('/api/v1/billing/runs?currency=USD', 'billing-run');
  await add('/api/v1/payouts', 'payout');
  const done: Record<string, number> = {};
  for (const [type, id] of subjects) {
    for await (const { deed } of auditor.all<Entry>(`/api/v1/audit?subjectType=${type}&subjectId=${id}`)) {
      done[`${type} ${deed}`] = (done[`${type} ${deed}`] ?? 0) + 1;
    }
  }
  return done;
}
