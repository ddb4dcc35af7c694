/** An auction in rounds: one provider after the other has a turn, the worst first, three times. */
import { type AuctionSeen, improve, instruct, once, reckoned, seenBy } from './auction-api.js';
import { clock, type Course, tellStandings } from './auction-telling.js';
import type { Contest, Contestant } from './contest.js';
import { tellImprovement } from './live-rounds.js';
import { passTo, type Play } from './play.js';

/** What a turn takes off the opening prices, round by round. */
const STEP = 0.95;

const FLOORS_BP = [9_200, 8_800] as const;

/** The two rivals leave all their turns to proxies. */
export async function instructRivals(play: Play, contest: Contest): Promise<void> {
  for (const [index, rival] of contest.rivals.entries()) {
    await instruct(contest, rival, FLOORS_BP[index] ?? FLOORS_BP[0]);
  }
  const [first, second] = contest.rivals;
  play.story.say(
    `${first.alias} and ${second.alias} leave their turns to proxies, each down to a secret floor; the others bid by hand.`,
  );
}

export async function playTurns(play: Play, contest: Contest, course: Course): Promise<void> {
  const { story } = play;
  const { tenderId } = contest;
  let last = 0;
  let refusals = 0;
  for (;;) {
    const seen = await once(
      play,
      tenderId,
      ({ state }) => state === 'live' || state === 'resting' || state === 'decided',
    );
    if (seen.state !== 'live' && last > 0) {
      tellStandings(play, await reckoned(play, tenderId), `round ${last}`, course);
      last = 0;
    }
    if (seen.state === 'decided') return;
    const { endsAt, round, turn } = seen;
    if (endsAt === null) continue;
    if (seen.state === 'resting') {
      await passTo(play, endsAt);
    } else {
      if (last === 0) story.heading(`Round ${round} (${clock(seen.now)})`);
      last = round ?? 1;
      const everybody = [...contest.rivals, ...contest.others];
      const owner = await ownerOf(everybody, tenderId);
      const stranger = contest.others.find((other) => other !== owner);
      if (refusals === 0 && stranger) {
        const refused = await improve(contest, stranger, STEP ** 4, 'not-its-turn');
        if (refused !== null) story.say(`${stranger.alias} cannot wait for its turn and is refused: “${refused}”`);
        refusals += 1;
      }
      if (owner && contest.others.includes(owner)) {
        const factor = STEP ** (round ?? 1);
        tellImprovement(play, owner, factor, await improve(contest, owner, factor, `turn-${round}`));
      }
      await reckoned(play, tenderId);
      await passTo(play, endsAt);
      if (owner && turn === everybody.length && round === 3) {
        const refused = await improve(contest, owner, 0.3, 'too-late');
        if (refused !== null) story.say(`${owner.alias} comes a moment too late: “${refused}”`);
      }
    }
    await story.waiting(
      seen.state === 'resting' ? 'a pause for thought' : `turn ${turn} of ${seen.bidders} is over`,
      once(play, tenderId, (after) => isLater(after, seen)),
    );
  }
}

async function ownerOf(contestants: readonly Contestant[], tenderId: string): Promise<Contestant | undefined> {
  for (const contestant of contestants) {
    if ((await seenBy(contestant.user, tenderId)).ownTurn === true) return contestant;
  }
  return undefined;
}

function isLater(after: AuctionSeen, before: AuctionSeen): boolean {
  return after.state !== 'settling' && (after.state !== before.state || after.endsAt !== before.endsAt);
}
