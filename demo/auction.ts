/** The auction: once the sealed bids are opened, providers improve them in sight of their standing, until time is over. */
import { FEWEST_BIDDERS, once, reckoned, seenBy, standingsNow } from './auction-api.js';
import { aYear, clock, type Course, tellRanks, tellSealedOnly, tellStandings } from './auction-telling.js';
import { type Contest, contestOf } from './contest.js';
import { playLive, runOut } from './live-rounds.js';
import { type AuctionFigures, writeLog } from './log.js';
import { passTo, type Play } from './play.js';
import type { TenderAnswer } from './tendering.js';
import { instructRivals, playTurns } from './turns.js';

/** What the first standing is called. */
const OPENED = 'the opened bids';

/** Plays the auction of a tender whose bids are opened, in the format that it was published with. */
export async function playAuction(play: Play, tender: TenderAnswer): Promise<AuctionFigures> {
  const { story, cast } = play;
  const { id } = tender;
  const course: Course = { totals: [] };
  const opened = await seenBy(cast.officer, id);
  const first = await story.waiting('the opened bids are compared', reckoned(play, id));
  tellStandings(play, first, OPENED, course);
  const byHand = opened.format !== 'sealed' && opened.bidders >= FEWEST_BIDDERS;
  const contest = byHand ? await contestOf(play, tender) : null;
  if (byHand) await compete(play, tender, contest, course);
  else tellSealedOnly(play, opened.bidders, FEWEST_BIDDERS, opened.format);
  await once(play, id, ({ state }) => state === 'decided');
  const figures = await writeLog(play, id);
  await tellResult(play, tender, figures);
  return figures;
}

async function compete(play: Play, { id }: TenderAnswer, contest: Contest | null, course: Course): Promise<void> {
  const { story, cast } = play;
  const { format, beginsAt } = await seenBy(cast.officer, id);
  tellRanks(play);
  if (beginsAt !== null) {
    if (format === 'rounds' && contest) await instructRivals(play, contest);
    await passTo(play, beginsAt);
    await once(play, id, ({ state }) => state !== 'waiting');
    story.say(`At ${clock(beginsAt)} the auction begins. Everybody sees its own rank, nobody who the others are.`);
  }
  if (!contest) {
    story.say('No two bidders want the same lot, so that there is nothing to compete for.');
  } else if (format === 'rounds') {
    await playTurns(play, contest, course);
  } else {
    await playLive(play, contest, course);
  }
  await runOut(play, id, contest);
}

/** Who wins, by name. */
async function tellResult(play: Play, { id }: TenderAnswer, figures: AuctionFigures): Promise<void> {
  const { story, input } = play;
  const { openingTotalMinor: opening, auctionTotalMinor: total, improvements, proxyBids, extensions } = figures;
  if (improvements === 0) {
    story.say(`The result of the sealed bids stands: ${story.money(total)} over the term.`);
    return;
  }
  story.heading('It is decided, and the names are told');
  tellStandings(play, await standingsNow(play, id), 'the end', { totals: [{ label: OPENED, value: opening }] }, true);
  story.say(
    `The auction lowered the price by ${story.money(aYear(opening - total, input.termMonths))} a year ` +
      `(${story.percent(opening - total, opening)}), by ${story.count(improvements)} improvements, of which proxies made ` +
      `${story.count(proxyBids)}.${extensions === 0 ? '' : ` Its end was put off ${story.count(extensions)} time(s).`}`,
  );
}
