/** The sums of a story, for `--json`: what a reader can check against the database, the solver and the contracts. */
import type { Conclusion } from './conclusion.js';
import type { Settled } from './contracting.js';
import type { DemoInput } from './input.js';
import type { AuctionFigures } from './log.js';
import type { MoneyFigures } from './months.js';
import type { AwardAnswer } from './tendering.js';

export interface Figures extends AuctionFigures, MoneyFigures {
  readonly members: number;
  readonly lines: number;
  readonly lots: number;
  readonly bids: number;
  readonly winners: number;
  /** by the first award; of them `offeredLines` were offered by the providers that serve there, `unservedLines` by none */
  readonly allocatedLines: number;
  readonly offeredLines: number;
  /** lines that nobody serves: no bid that is left can at prices that enough of their members accept */
  readonly unservedLines: number;
  readonly acceptedLines: number;
  readonly contractLines: number;
  /** a month, over the accepted lines */
  readonly openMarketMonthlyMinor: number;
  /** of those of them whose present bill is known, `presentLines` in number */
  readonly presentMonthlyMinor: number;
  readonly presentLines: number;
  readonly settledMonthlyMinor: number;
  /** over the term, as the solver found and the checker proved */
  readonly allocationTotalMinor: number;
  readonly solverStatus: string;
  readonly currency: string;
  readonly termMonths: number;
  readonly seconds: Readonly<Record<string, number>>;
}

interface Counted {
  readonly input: DemoInput;
  readonly lots: number;
  readonly bids: number;
  readonly auction: AuctionFigures;
  readonly award: AwardAnswer;
  readonly conclusion: Conclusion;
  readonly money: MoneyFigures;
  readonly seconds: Readonly<Record<string, number>>;
}

export function figuresOf({ input, lots, bids, auction, award, conclusion, money, seconds }: Counted): Figures {
  const { settled, unserved } = conclusion;
  const sum = (of: (one: Settled) => number): number => settled.reduce((total, one) => total + of(one), 0);
  return {
    members: input.survey.businesses,
    lines: input.survey.lines,
    lots,
    bids,
    winners: award.winners.length,
    allocatedLines: award.winners.reduce((total, winner) => total + winner.lines, 0),
    offeredLines: sum(({ round }) => round.offeredLines),
    unservedLines: unserved.reduce((total, { lines }) => total + lines, 0),
    acceptedLines: sum(({ round }) => round.settledLines ?? 0),
    contractLines: sum(({ round }) => round.sums?.lines ?? 0),
    openMarketMonthlyMinor: sum(({ round }) => round.sums?.openMarketMonthly ?? 0),
    presentMonthlyMinor: sum(({ round }) => round.sums?.presentMonthly ?? 0),
    presentLines: sum(({ round }) => round.sums?.presentLines ?? 0),
    settledMonthlyMinor: sum(({ round }) => round.sums?.settledMonthly ?? 0),
    ...auction,
    ...money,
    allocationTotalMinor: award.totalMinor ?? 0,
    solverStatus: award.solverStatus ?? 'unknown',
    currency: input.currency,
    termMonths: input.termMonths,
    seconds,
  };
}
