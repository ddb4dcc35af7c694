/**
 * What it would cost to move what one bid wins of a lot to another bid, everything else as awarded: exact arithmetic on
 * the tariffs, with the bands that both bids would then reach, and every rule that this would break.
 */
import { bandReached, leastLines } from '../../pricing/rules/band.js';
import type { Minor } from '../../kernel/money.js';
import { brokenByMove, type BrokenRule, type Cell, type Holding, linesOf } from './move-rules.js';
import type { BidAward, Problem, ProblemBid } from './problem.js';
import { bidsInOrder, lineCost, tierLimit } from './terms.js';

/** A bid whose other lines would be charged in another band. */
export interface Shift {
  readonly bid: string;
  /** the fewest lines of the band it is in, and of the one it would be in */
  readonly from: number;
  readonly to: number;
  /** what its other lines would cost more over the term; negative for less */
  readonly moreMinor: Minor;
}

export interface Move {
  readonly bid: string;
  /** what these lines would cost over the term at its tariff, in the band that it would reach; activation not included */
  readonly costMinor: Minor;
  /** the fewest lines of that band */
  readonly band: number;
  /**
   * what the loser of the lines and their winner would cost more altogether, activations included; null for one that
   * does not offer all its lines at the volume it would have
   */
  readonly fromMore: Minor | null;
  readonly toMore: Minor | null;
  readonly shifts: readonly Shift[];
  /** an activation that would be charged, and one that would not */
  readonly activationMinor: Minor;
  readonly savedMinor: Minor;
}

/** What the whole would cost more after a move; negative for less; null where somebody would not offer its lines. */
export function moreOf({ fromMore, toMore }: Move): Minor | null {
  return fromMore === null || toMore === null ? null : fromMore + toMore;
}

/** Cost of cells over the term in a band; null when one of them is not offered there. */
function costOf(problem: Problem, bid: ProblemBid, band: number, cells: readonly Cell[]): Minor | null {
  let cost: Minor = 0n;
  for (const { lot, tier, lines } of cells) {
    const line = lineCost(problem, bid, band, lot, tier);
    if (line === null) return null;
    cost += line * BigInt(lines);
  }
  return cost;
}

/** Can a bid serve these lines, all of one lot, beside what it wins, by its capacities alone? */
function hasRoom(holding: Holding, cells: readonly Cell[]): boolean {
  const { bid } = holding;
  const here = cells[0]?.lot ?? '';
  const fits = (limit: number | undefined, within: (cell: Cell) => boolean) =>
    limit === undefined || limit === Infinity || linesOf([...holding.cells, ...cells].filter(within)) <= limit;
  return (
    holding.lines + linesOf(cells) <= (bid.capacity ?? Infinity) &&
    fits(bid.lots[here]?.capacity, ({ lot }) => lot === here) &&
    cells.every(({ tier: own }) => fits(tierLimit(bid, here, own), ({ lot, tier }) => lot === here && tier === own)) &&
    Object.values(bid.partners ?? {})
      .filter(({ lots }) => lots.includes(here))
      .every(({ lots, capacity }) => fits(capacity, ({ lot }) => lots.includes(lot)))
  );
}

export class Moves {
  /** per bid that is not excluded, by id */
  readonly holdings: ReadonlyMap<string, Holding>;
  private readonly costs = new Map<string, Minor | null>();

  constructor(
    readonly problem: Problem,
    awards: readonly BidAward[],
  ) {
    const excluded = new Set(problem.rules.exclude);
    const byBid = new Map(awards.map((award) => [award.bid, award]));
    this.holdings = new Map(
      bidsInOrder(problem.bids)
        .filter((bid) => !excluded.has(bid.provider))
        .map((bid) => {
          const award = byBid.get(bid.id);
          const cells = Object.entries(award?.lots ?? {}).flatMap(([lot, tiers]) =>
            Object.entries(tiers).map(([tier, lines]): Cell => ({ lot, tier, lines })),
          );
          const { band = 0, lines = 0, costMinor = 0n } = award ?? {};
          return [bid.id, { bid, cells, lines, costMinor, band }];
        }),
    );
  }

  /**
   * Moves cells, all of one lot and all that the bid wins of them, to another bid.
   * @returns null when that bid does not offer them at the volume it would have, or has no room for them
   */
  move(from: Holding, cells: readonly Cell[], to: Holding): Move | null {
    if (cells.some(({ lot }) => !Object.hasOwn(to.bid.lots, lot)) || !hasRoom(to, cells)) return null;
    const lines = linesOf(cells);
    const [left, reached] = [from.lines - lines, to.lines + lines];
    // A bid below its first band has no price for so few lines: it is told by what it asks for in that band.
    const band = bandReached(to.bid, reached) ?? 0;
    const cost = costOf(this.problem, to.bid, band, cells);
    const before = costOf(this.problem, from.bid, from.band, cells);
    if (cost === null || before === null) return null;
    const fallen = left === 0 ? from.band : (bandReached(from.bid, left) ?? 0);
    const rest = left === 0 ? 0n : this.costWithout(from, cells, fallen);
    const had = to.lines === 0 ? 0n : this.costIn(to, band);
    const restMore = rest === null ? null : rest - (chargedFor(from) - before);
    const hadMore = had === null ? null : had - chargedFor(to);
    const activationMinor = to.lines === 0 ? (to.bid.activation ?? 0n) : 0n;
    const savedMinor = left === 0 ? (from.bid.activation ?? 0n) : 0n;
    return {
      bid: to.bid.id,
      costMinor: cost,
      band: to.bid.bands[band]?.from ?? 0,
      fromMore: restMore === null ? null : restMore - before - savedMinor,
      toMore: hadMore === null ? null : hadMore + cost + activationMinor,
      shifts: [...shiftOf(from, fallen, restMore), ...(to.lines === 0 ? [] : shiftOf(to, band, hadMore))],
      activationMinor,
      savedMinor,
    };
  }

  /** The rules that a move would break; none when it makes an allocation. */
  broken(from: Holding, cells: readonly Cell[], { bid, fromMore, toMore }: Move): BrokenRule[] {
    const to = this.holdings.get(bid);
    if (!to) return [];
    const lines = linesOf(cells);
    const [left, reached] = [from.lines - lines, to.lines + lines];
    return [
      ...(fromMore === null ? [notOffered(from, left)] : []),
      ...(toMore === null ? [notOffered(to, reached)] : []),
      ...tooFew(from, left),
      ...tooFew(to, reached),
      ...brokenByMove(this.problem, this.holdings, { from, to, cells, lines, fromMore, toMore }),
    ];
  }

  /** What cells cost over the term that a bid wins, activation not included. */
  costOf({ bid, band }: Holding, cells: readonly Cell[]): Minor | null {
    return costOf(this.problem, bid, band, cells);
  }

  /** Every bid to which cells could move, the cheapest for these lines first; of equals, the smaller id. */
  movesOf(from: Holding, cells: readonly Cell[]): Move[] {
    const moves: Move[] = [];
    for (const to of this.holdings.values()) {
      const move = to === from ? null : this.move(from, cells, to);
      if (move) moves.push(move);
    }
    const order = (a: Move, b: Move) =>
      a.costMinor !== b.costMinor ? (a.costMinor < b.costMinor ? -1 : 1) : a.bid < b.bid ? -1 : 1;
    return moves.sort(order);
  }

  /** What a bid wins, in another of its bands; null when something of it is not offered there. */
  private costIn(holding: Holding, band: number): Minor | null {
    const key = `${band} ${holding.bid.id}`;
    const known = this.costs.get(key);
    if (known !== undefined) return known;
    const cost = costOf(this.problem, holding.bid, band, holding.cells);
    this.costs.set(key, cost);
    return cost;
  }

  /** The same without some cells. What is not offered may be among these, so that the rest is looked at by itself. */
  private costWithout(holding: Holding, cells: readonly Cell[], band: number): Minor | null {
    const [all, without] = [this.costIn(holding, band), costOf(this.problem, holding.bid, band, cells)];
    if (all !== null && without !== null) return all - without;
    const rest = holding.cells.filter(({ lot, tier }) => !cells.some((cell) => cell.lot === lot && cell.tier === tier));
    return costOf(this.problem, holding.bid, band, rest);
  }
}

/** What a bid is paid for its lines: without activation. */
function chargedFor({ bid, lines, costMinor }: Holding): Minor {
  return lines === 0 ? 0n : costMinor - (bid.activation ?? 0n);
}

function shiftOf({ bid, band }: Holding, at: number, moreMinor: Minor | null): Shift[] {
  if (at === band || moreMinor === null) return [];
  return [{ bid: bid.id, from: bid.bands[band]?.from ?? 0, to: bid.bands[at]?.from ?? 0, moreMinor }];
}

function notOffered({ bid }: Holding, lines: number): BrokenRule {
  return { rule: 'not-offered', bid: bid.id, count: lines, limit: null };
}

/** Fewer lines than a bid asks for at the least; none at all is no award. */
function tooFew({ bid }: Holding, lines: number): BrokenRule[] {
  const least = leastLines(bid);
  return lines > 0 && lines < least ? [{ rule: 'minimum', bid: bid.id, count: lines, limit: least }] : [];
}
