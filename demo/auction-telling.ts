/** The auction in words a chamber of commerce understands: what all of it costs by now, and who would get how much of it. */
import { formatWords, type Standings } from './auction-api.js';
import type { Play } from './play.js';

/** What was seen so far, for drawings that grow. */
export interface Course {
  readonly totals: { readonly label: string; readonly value: number }[];
}

/** Everybody's standing and the leading total; until the end by pseudonyms, as the bidders themselves know each other. */
export function tellStandings(play: Play, standings: Standings, label: string, course: Course, named = false): void {
  const { story, input } = play;
  story.table(
    ['rank', 'bidder', 'lots', 'lines', 'cost over the term', 'improved', ''],
    standings.items.map(({ rank, name, alias, lots, lines, costMinor, revision, proxy }) => [
      String(rank ?? '-'),
      named ? `${name}, who was ${alias}` : alias,
      story.count(Object.keys(lots).length),
      story.count(lines),
      lines === 0 ? '-' : story.money(costMinor),
      revision === 0 ? '-' : story.count(revision),
      proxy ? 'by proxy' : '',
    ]),
  );
  const total = standings.totalMinor;
  if (total === null) {
    story.say('Nobody can serve all of it by these tariffs yet.');
    return;
  }
  course.totals.push({ label, value: total });
  const opening = course.totals[0]?.value ?? total;
  story.chart(
    course.totals.map((one) => ({
      ...one,
      note:
        one.value === opening
          ? story.money(one.value)
          : `${story.money(one.value)}  (${story.percent(opening - one.value, opening)} less)`,
    })),
  );
  if (total < opening) {
    story.say(
      `That is ${story.money(aYear(opening - total, input.termMonths))} a year less than by ` +
        `${course.totals[0]?.label ?? 'the first standing'}.`,
    );
  }
}

export function aYear(overTerm: number, termMonths: number): number {
  return Math.round((overTerm * 12) / termMonths);
}

/** A time of day as the clock of the auction shows it. */
export function clock(instant: string | number): string {
  return new Date(instant).toISOString().slice(11, 19);
}

export function tellRanks(play: Play): void {
  play.story.say(
    'The rank compares what a tariff costs with the best opening prices for the same lots. Lots and lines are what each ' +
      'would get if the auction ended now: the exact cheapest allocation of all tariffs, reckoned anew after every improvement.',
  );
}

/** Why nobody improves by hand: it was published so, or there are too few. */
export function tellSealedOnly(
  play: Play,
  bidders: number,
  fewest: number,
  format: 'sealed' | 'live' | 'rounds',
): void {
  const { story } = play;
  if (format === 'sealed') {
    story.say(`${formatWords('sealed')} Nobody improves them.`);
    return;
  }
  story.say(
    `Only ${bidders} providers bid, and the tender wants at least ${fewest} for an auction: with so few, auctions in the ` +
      'open have raised prices. As it was published beforehand, the sealed result stands.',
  );
}
