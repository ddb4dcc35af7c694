/** From an award to settled prices: where an agreement falls through, on to the next best allocation, or to nobody. */
import { type Agreement, answer, over, type Round, settle, type Settled, sign } from './contracting.js';
import type { Play } from './play.js';
import { tellLetters, tellUnserved } from './telling.js';
import { type AwardAnswer, decide, followUpOf, giveUp, recommended } from './tendering.js';

/** Lines of an award that nobody serves: no bid that is left can, or none at prices that members accept. */
export interface Unserved {
  readonly lines: number;
  readonly lots: readonly string[];
  /** whose prices for them too few members accepted, the last one; null when nobody was awarded them */
  readonly fallen: Settled | null;
  /** how the evaluation came to nothing, in sentences */
  readonly explanation: readonly string[];
}

export interface Conclusion {
  readonly settled: readonly Settled[];
  readonly unserved: readonly Unserved[];
}

interface Waiting {
  readonly award: AwardAnswer;
  /** the agreement whose lines it is for; null for all lines of the tender */
  readonly fallen: Settled | null;
}

/**
 * Goes from the first award through every follow-up, one after the other. All of it is repeatable, so that a story that was
 * cut off comes by here again from the first award on, and misses nothing of what was settled before.
 */
export async function conclude(play: Play, tenderId: string, first: AwardAnswer): Promise<Conclusion> {
  const settled: Settled[] = [];
  const unserved: Unserved[] = [];
  const waiting: Waiting[] = [{ award: first, fallen: null }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const award = await recommended(play, tenderId, next.award);
    if (award.state === 'failed' || award.state === 'abandoned') {
      await giveUp(play, tenderId, award);
      const lost = unservedOf(play, award, next.fallen);
      tellUnserved(play, lost);
      unserved.push(lost);
      continue;
    }
    const rounds = await roundsOf(play, award);
    settled.push(...rounds.filter(({ round }) => round.state === 'settled'));
    for (const fallen of rounds.filter(({ round }) => round.state === 'fallen')) {
      play.story.say(`Too few accepted for ${fallen.agreement.providerName}: the next best allocation is sought.`);
      waiting.push({ award: await followUpOf(play, tenderId, award, fallen.agreement.providerId), fallen });
    }
  }
  return { settled, unserved };
}

/** Decides on an award and goes with each of its agreements to the end of its offers. */
async function roundsOf(play: Play, award: AwardAnswer): Promise<Settled[]> {
  const { story } = play;
  const final = await decide(play, award);
  await tellLetters(play, final);
  const agreements = await story.stage('contracts', 'Framework agreements', () => sign(play, final));
  const open = await story.stage('offers', 'Personal offers', async () => {
    const rounds: [Agreement, Round][] = [];
    for (const agreement of agreements) rounds.push([agreement, await answer(play, agreement)]);
    return rounds;
  });
  return story.stage('settlement', 'The settled price', async () => {
    const closed: Settled[] = [];
    for (const [agreement, round] of open) {
      closed.push(await over(play, agreement, await settle(play, agreement, round)));
    }
    return closed;
  });
}

function unservedOf({ input }: Play, { scope, explanation }: AwardAnswer, fallen: Settled | null): Unserved {
  const lines = scope === null ? input.survey.lines : scope.reduce((sum, cell) => sum + cell.lines, 0);
  const lots = [...new Set(scope?.map(({ lot }) => lot) ?? [])].sort();
  return { lines, lots, fallen, explanation };
}
