/**
 * A live auction, told in three rounds: by hand, by proxy, at the last moment. Every round has its time on the clock of the
 * auction, so that a story that was cut off goes on in the round in which it was.
 */
import {
  DURATION_MILLIS,
  improve,
  instruct,
  once,
  reckoned,
  seenBy,
  SOFT_CLOSE_MILLIS,
  type Standings,
} from './auction-api.js';
import { clock, type Course, tellStandings } from './auction-telling.js';
import type { Contest, Contestant } from './contest.js';
import { passTo, type Play } from './play.js';

interface Round {
  readonly title: string;
  /** after the beginning of the auction */
  readonly atMillis: number;
  readonly act: (play: Play, contest: Contest) => Promise<void>;
}

const ROUNDS: readonly Round[] = [
  { title: 'First round, by hand', atMillis: 0, act: byHand },
  { title: 'Second round, by proxy', atMillis: DURATION_MILLIS / 3, act: byProxy },
  { title: 'Last minutes', atMillis: DURATION_MILLIS - SOFT_CLOSE_MILLIS / 2, act: lastMinutes },
];

/** An outage makes up for the time that it took: a round that has begun may seem to begin only now. */
const TOLERANCE_MILLIS = 120_000;

/** What improvements by hand take off the opening prices, and what those take off in the last minutes, try by try. */
const STEP = 0.97;
const BOLD = 0.9;
const RIVAL_STEP = 0.95;
/** less than the step that the tender asks for */
const TOO_SMALL = 0.997;
const MOST_TRIES = 6;

/** How far down the proxies of the two rivals may go, in basis points of the prices that they are given at. */
const FLOORS_BP = [8_900, 8_600] as const;

export async function playLive(play: Play, contest: Contest, course: Course): Promise<void> {
  const { story, cast } = play;
  for (const [index, { title, atMillis, act }] of ROUNDS.entries()) {
    const { state, now, endsAt, extendedMillis } = await seenBy(cast.officer, contest.tenderId);
    if (state !== 'live' || endsAt === null) return;
    const began = Date.parse(endsAt) - extendedMillis - DURATION_MILLIS;
    const next = ROUNDS[index + 1];
    if (next && Date.parse(now) > began + next.atMillis - TOLERANCE_MILLIS) continue;
    await passTo(play, new Date(began + atMillis));
    story.heading(`${title} (${clock(began + atMillis)}, the auction ends at ${clock(endsAt)})`);
    await act(play, contest);
    tellStandings(play, await reckoned(play, contest.tenderId), title.toLowerCase(), course);
  }
}

function settled(play: Play, { tenderId }: Contest, what = 'it is reckoned what that changes'): Promise<Standings> {
  return play.story.waiting(what, reckoned(play, tenderId));
}

/** How many lots a bidder would get, of all or of some. */
function lotsOf({ items }: Standings, { alias }: Contestant, among?: readonly string[]): number {
  const lots = Object.keys(items.find((item) => item.alias === alias)?.lots ?? {});
  return lots.filter((lot) => among === undefined || among.includes(lot)).length;
}

function revisionOf({ items }: Standings, { alias }: Contestant): number {
  return items.find((item) => item.alias === alias)?.revision ?? 0;
}

async function byHand(play: Play, contest: Contest): Promise<void> {
  const { story } = play;
  const before = await reckoned(play, contest.tenderId);
  for (const other of contest.others) {
    tellImprovement(play, other, STEP, await improve(contest, other, STEP, 'by-hand'));
  }
  const behind = catchingUp(before, contest);
  let factor = 1;
  for (let step = 1; step <= MOST_TRIES; step += 1) {
    factor = RIVAL_STEP ** step;
    tellImprovement(play, behind, factor, await improve(contest, behind, factor, `rival-${step}`));
    if (lotsOf(await settled(play, contest), behind, contest.contested) > 0) break;
  }
  const refused = await improve(contest, behind, factor * TOO_SMALL, 'too-small');
  if (refused !== null) story.say(`${behind.alias} tries it with next to nothing and is refused: “${refused}”`);
}

/** The rival that wins none of what both want; in a story that was cut off here, the one that has begun already. */
function catchingUp(standings: Standings, { rivals, contested }: Contest): Contestant {
  return (
    rivals.find((rival) => revisionOf(standings, rival) > 0) ??
    rivals.find((rival) => lotsOf(standings, rival, contested) === 0) ??
    rivals[1]
  );
}

async function byProxy(play: Play, contest: Contest): Promise<void> {
  const { story } = play;
  const [first, second] = contest.rivals;
  story.say(
    `${first.alias} and ${second.alias} want the same ${contest.contested.length} lot(s) and leave the bidding to proxies. ` +
      'Each has a secret floor, and goes down by the smallest step that wins what it asks for. Nobody else ever learns the floor.',
  );
  const before = await reckoned(play, contest.tenderId);
  let after = before;
  for (const [index, rival] of contest.rivals.entries()) {
    await instruct(contest, rival, FLOORS_BP[index] ?? FLOORS_BP[0]);
    // One after the other, so that the story always goes the same way.
    after = await settled(play, contest, index === 0 ? `the proxy of ${rival.alias} looks around` : 'the proxies meet');
  }
  const bids = (rival: Contestant): number => revisionOf(after, rival) - revisionOf(before, rival);
  story.say(`The proxy of ${first.alias} bid ${bids(first)} time(s), that of ${second.alias} ${bids(second)} time(s).`);
}

/** Whoever is left without something it offers goes down until it gets it: that is answered, and puts the end off. */
async function lastMinutes(play: Play, contest: Contest): Promise<void> {
  const { story, cast } = play;
  for (let step = 1; step <= MOST_TRIES; step += 1) {
    const standings = await reckoned(play, contest.tenderId);
    const { extendedMillis, state } = await seenBy(cast.officer, contest.tenderId);
    if (state !== 'live' || extendedMillis > 0) break;
    const bold =
      contest.others.find((other) => lotsOf(standings, other) < Object.keys(other.opening.lots).length) ??
      contest.others[0];
    if (!bold) return;
    const factor = STEP * BOLD ** step;
    tellImprovement(play, bold, factor, await improve(contest, bold, factor, `late-${step}`));
    await settled(play, contest);
  }
  const { endsAt, extendedMillis } = await seenBy(cast.officer, contest.tenderId);
  if (endsAt === null || extendedMillis === 0) return;
  story.say(
    `That changes who wins within the last ${SOFT_CLOSE_MILLIS / 60_000} minutes. So that everybody has time to answer, ` +
      `the end is put off from ${clock(Date.parse(endsAt) - extendedMillis)} to ${clock(endsAt)}.`,
  );
}

export function tellImprovement({ story }: Play, { alias }: Contestant, factor: number, refused: string | null): void {
  const percent = Math.round((1 - factor) * 100);
  story.say(
    refused === null
      ? `${alias} goes down to ${100 - percent} % of its opening prices.`
      : `${alias} is refused: “${refused}”`,
  );
}

/** Lets time pass until all is decided; whoever comes after the end is too late. */
export async function runOut(play: Play, tenderId: string, contest: Contest | null): Promise<void> {
  const { story, cast } = play;
  const late = contest?.others[0];
  for (let told = false; ;) {
    const { state, endsAt } = await seenBy(cast.officer, tenderId);
    if (state === 'decided') return;
    if ((state === 'live' || state === 'resting') && endsAt !== null) {
      await passTo(play, endsAt);
      const refused = told || !contest || !late ? null : await improve(contest, late, 0.3, 'too-late');
      if (late && refused !== null) {
        story.say(`${clock(endsAt)}: time is over. ${late.alias} comes a moment too late: “${refused}”`);
        told = true;
      }
    }
    await story.waiting(
      'the last standing decides',
      once(play, tenderId, (seen) => seen.state === 'decided' || seen.endsAt !== endsAt),
    );
  }
}
