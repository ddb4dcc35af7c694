/** What the figures mean, in tables and small drawings. */
import type { Unserved } from './conclusion.js';
import type { Settled } from './contracting.js';
import type { Figures } from './figures.js';
import { type Play } from './play.js';
import type { AwardAnswer } from './tendering.js';

/** Who won which lots, in which band, and how that was proved. */
export function tellAward(play: Play, award: AwardAnswer): void {
  const { story } = play;
  story.table(
    ['winner', 'lots', 'lines', 'band', 'cost over the term'],
    award.winners.map((winner) => [
      winner.providerName,
      listed([...new Set(winner.cells.map((cell) => cell.lot))]),
      story.count(winner.lines),
      `${winner.band + 1}`,
      story.money(winner.costMinor),
    ]),
  );
  for (const { providerName, alternative } of award.winners) {
    if (alternative !== null)
      story.say(`${providerName} wins by the lower of its tariffs, because it gets at least half of all lines.`);
  }
  for (const sentence of award.explanation.slice(0, 12)) story.say(sentence);
  const proved = award.solverStatus === 'optimal' ? 'proved to be the cheapest possible' : 'the best found in time';
  story.say(
    `Altogether ${story.money(award.totalMinor ?? 0)} over the term: ${proved}, and recomputed in exact integers.`,
  );
}

function listed(lots: readonly string[]): string {
  return lots.length > 6 ? `${lots.slice(0, 5).join(' ')} and ${lots.length - 5} more` : lots.join(' ');
}

interface Letter {
  readonly providerName: string;
  readonly content: {
    readonly wonLines: number;
    readonly lots: readonly {
      readonly outcome: string;
      readonly gapMinor: number | null;
      readonly winningCostMinor: number | null;
    }[];
  };
}

/** What each bidder reads in its letter: what it won, and how far behind it was where it did not. */
export async function tellLetters(play: Play, award: AwardAnswer): Promise<void> {
  const { story, cast } = play;
  const rows: string[][] = [];
  for await (const { providerName, content } of cast.officer.all<Letter>(`/api/v1/awards/${award.id}/letters`)) {
    const lost = content.lots.filter((lot) => lot.outcome === 'not-won');
    // Of lots with counts too small to be told, letters tell no amounts.
    const told = lost.filter((lot) => lot.gapMinor !== null);
    const gap = told.reduce((sum, lot) => sum + (lot.gapMinor ?? 0), 0);
    const cost = told.reduce((sum, lot) => sum + (lot.winningCostMinor ?? 0), 0);
    rows.push([
      providerName,
      story.count(content.lots.filter((lot) => lot.outcome.startsWith('won')).length),
      story.count(lost.length),
      told.length === 0 ? '-' : story.money(gap),
      told.length === 0 ? '-' : story.percent(gap, cost),
    ]);
  }
  story.table(['letter to', 'lots won', 'offered in vain', 'dearer there by', 'that is'], rows);
  if (rows.some((row) => row[3]?.startsWith('-') === true && row[3] !== '-')) {
    story.say(
      'A negative figure is no mistake: had it won all it covers, that provider would have been cheaper there, but its ' +
        'best price needs more lines than the award rule leaves it, or the whole would have cost more.',
    );
  }
}

/** Which lines nobody serves, where, and why. */
export function tellUnserved({ story }: Play, { lines, lots, fallen, explanation }: Unserved): void {
  const where = lots.length === 0 ? 'any lot' : listed(lots);
  const prices = fallen?.classes.map(({ atMostMonthly }) => atMostMonthly) ?? [];
  const [least, most] = [lowest(prices), -lowest(prices.map((price) => -price))];
  const asked = least === most ? story.money(least) : `${story.money(least)} to ${story.money(most)}`;
  const why =
    fallen === null
      ? `no allocation of the bids was found (“${explanation.join(' ')}”)`
      : `at the ${asked} a month that ${fallen.agreement.providerName} asks, too few of their members accept, and no ` +
        'other bid can serve them within the rules';
  story.say(
    `Nobody serves ${story.count(lines)} ${lines === 1 ? 'line' : 'lines'} in ${where}: ${why}. The officer abandons ` +
      'their award, and they stay as they are today.',
  );
}

function lowest(amounts: readonly number[]): number {
  return amounts.reduce((least, amount) => Math.min(least, amount), Infinity);
}

/** How the price of each tier fell with volume: alone, at most, settled. */
export function tellPrices(play: Play, settled: readonly Settled[]): void {
  const { story, input } = play;
  story.say(`How the price fell with volume, a month, as the mean over ${story.count(settled.length)} agreement(s):`);
  for (const { code, name } of input.tiers) {
    const classes = settled.flatMap((one) => one.classes.filter((c) => c.tier === code));
    const lines = classes.reduce((sum, c) => sum + c.settledLines, 0);
    if (lines === 0) continue;
    const mean = (of: (c: (typeof classes)[number]) => number): number =>
      Math.round(classes.reduce((sum, c) => sum + of(c) * c.settledLines, 0) / lines);
    const alone = input.openMarket[code] ?? 0;
    const atMost = mean((c) => c.atMostMonthly);
    const price = mean((c) => c.settledMonthly ?? 0);
    story.chart([
      { label: `${name}, on its own`, value: alone, note: story.money(alone) },
      { label: 'with the firm pledges only', value: atMost, note: story.money(atMost) },
      {
        label: `with all ${story.count(lines)} lines`,
        value: price,
        note: `${story.money(price)}  (${story.percent(alone - price, alone)} less)`,
      },
    ]);
  }
  story.say('Within the term these prices can only fall: whoever joins later lowers them for all.');
}

export function tellSavings(play: Play, figures: Figures): void {
  const { story } = play;
  const { openMarketMonthlyMinor: alone, presentMonthlyMinor: present, settledMonthlyMinor: now } = figures;
  story.table(
    ['what', 'figure'],
    [
      ['businesses', story.count(figures.members)],
      ['lines wanted', story.count(figures.lines)],
      ['lines allocated', story.count(figures.allocatedLines)],
      ['lines offered', story.count(figures.offeredLines)],
      ['lines accepted and contracted', story.count(figures.contractLines)],
      ['lines that nobody serves', story.count(figures.unservedLines)],
      ['a month on the open market', story.money(alone)],
      [`a month at present bills (known for ${story.count(figures.presentLines)} lines)`, story.money(present)],
      ['a month together', story.money(now)],
      ['saved against the open market', `${story.money(alone - now)}, ${story.percent(alone - now, alone)}`],
      [
        `the same lines, once ${story.count(figures.lateLines)} more had joined`,
        story.money(figures.secondMonthMonthlyMinor),
      ],
      [`invoiced in two months, on ${story.count(figures.invoices)} invoices`, story.money(figures.invoicedMinor)],
      ['of it paid', story.money(figures.paidMinor)],
      ['owed to providers for it', story.money(figures.payableToProvidersMinor)],
      ['transferred to them', story.money(figures.paidToProvidersMinor)],
      ['kept for running the platform', story.money(figures.platformFeeMinor)],
      ['debits less credits in the ledger', story.money(figures.trialBalanceMinor)],
      ['solver', figures.solverStatus],
      ['seconds', String(figures.seconds['total'] ?? 0)],
    ],
  );
  if (figures.contractLines === 0) {
    story.say(
      'No line is contracted: nobody could serve any at a price that its members accept, and all stay as they are.',
    );
    return;
  }
  story.say(
    `${story.count(figures.contractLines)} lines are contracted. Each member pays its own provider a price that none could ` +
      `have had alone: together ${story.money(alone - now)} a month less than the open market. The contracts are in ${play.out}.`,
  );
}
