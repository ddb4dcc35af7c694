/**
 * Why each lot went where it went: its winner, the cheapest other bid for it, and what the whole would cost without that
 * winner there. Tier by tier and shared, the same for each tier of a lot, and for each winner of a part of it.
 */
import type { LotCode, TierCode } from '../../pricing/rules/tariff.js';
import type { Minor } from '../../kernel/money.js';
import { type Away, awayFrom } from './away.js';
import type { Decision, Means } from './decide.js';
import type { BarredUnit, Market } from './market.js';
import type { BrokenRule, Cell } from './move-rules.js';
import { type Move, moreOf, Moves } from './moves.js';
import type { BidAward, Problem } from './problem.js';
import type { Unit } from './units.js';

/** Of other bids for a lot, how many are tried for the cheapest whole that keeps the rules. */
const TRIED = 10;

export interface LotReason {
  readonly lot: LotCode;
  /** null where lots are awarded whole */
  readonly tier: TierCode | null;
  /** lines that are asked for, and those of them that the bid wins */
  readonly lines: number;
  readonly wonLines: number;
  readonly bid: string;
  /** what these lines cost over the term, set-up included, activation not */
  readonly costMinor: Minor;
  /** the cheapest other bid for these lines; null when none can serve them beside what it wins */
  readonly runnerUp: RunnerUp | null;
  /**
   * what the whole would cost more if the bid did not win these lines; null when the limit came first. Where it is not
   * proved, it is at least and at most that.
   */
  readonly away: Away | null;
}

/** The cheapest other bid for some lines, everything else as awarded. */
export interface RunnerUp extends Omit<Move, 'fromMore' | 'toMore'> {
  /** what the whole would cost more with it; null when it cannot be said */
  readonly moreMinor: Minor | null;
  /** rules that would be broken; empty when none */
  readonly broken: readonly BrokenRule[];
}

/** What one bid wins of one unit. */
interface Part extends BarredUnit {
  readonly cells: readonly Cell[];
}

/**
 * The reasons of an allocation, in the order of lots, tiers and receipt. The arithmetic of moves is done for every lot;
 * allocations anew, the dearest lots first, as far as the limits allow.
 * @param effort how much is allocated anew at the most, see `EFFORT`
 */
export function reasonsOf(
  problem: Problem,
  market: Market,
  best: Decision,
  awards: readonly BidAward[],
  means: Means,
  effort: number,
): LotReason[] {
  const moves = new Moves(problem, awards);
  const looked = partsOf(market, best).flatMap((part) => {
    const from = moves.holdings.get(market.bids[part.bid]?.id ?? '');
    if (!from) return [];
    const others = moves.movesOf(from, part.cells);
    const broken = (move: Move) => moves.broken(from, part.cells, move);
    const [cheapest] = others;
    const kept = cheapestKept(others, broken);
    return [
      {
        part,
        costMinor: moves.costOf(from, part.cells) ?? 0n,
        runnerUp: cheapest ? runnerUpOf(cheapest, broken(cheapest)) : null,
        kept,
      },
    ];
  });
  const dearest = looked.toSorted((a, b) => (a.costMinor === b.costMinor ? 0 : a.costMinor > b.costMinor ? -1 : 1));
  const parts = dearest.map(({ part }) => part);
  const known = awayFrom(market, best, means, parts, effort);
  const aways = new Map(parts.map((part, k) => [part, known[k] ?? null]));
  return looked.map(({ part, costMinor, runnerUp, kept }) => {
    const unit = market.units[part.unit];
    return {
      lot: market.lots[unit?.lot ?? 0] ?? '',
      tier: problem.rules.award === 'lot' ? null : (unit?.cells[0]?.tier ?? ''),
      lines: unit ? unit.pieces * unit.weight : 0,
      wonLines: part.cells.reduce((sum, { lines }) => sum + lines, 0),
      bid: market.bids[part.bid]?.id ?? '',
      costMinor,
      runnerUp,
      away: within(aways.get(part) ?? null, kept, best.complete),
    };
  });
}

function partsOf(market: Market, { found }: Decision): Part[] {
  return market.units.flatMap((unit, u) =>
    market.bids.flatMap((_, bid): Part[] => {
      const pieces = found?.allocation[bid]?.get(u) ?? 0;
      return pieces === 0 ? [] : [{ bid, unit: u, cells: cellsOf(market, unit, pieces) }];
    }),
  );
}

function cellsOf(market: Market, unit: Unit, pieces: number): Cell[] {
  const lot = market.lots[unit.lot] ?? '';
  return unit.cells.map(({ tier, lines }) => ({ lot, tier, lines: market.divisible ? pieces : lines }));
}

function runnerUpOf(move: Move, broken: readonly BrokenRule[]): RunnerUp {
  const { bid, costMinor, band, shifts, activationMinor, savedMinor } = move;
  return { bid, costMinor, band, shifts, activationMinor, savedMinor, moreMinor: moreOf(move), broken };
}

/** What the whole costs more after the cheapest move that keeps all rules, among those that cost it least. */
function cheapestKept(moves: readonly Move[], broken: (move: Move) => readonly BrokenRule[]): Minor | null {
  const known = moves.flatMap((move) => {
    const more = moreOf(move);
    return more === null ? [] : [{ move, more }];
  });
  known.sort((a, b) => (a.more === b.more ? 0 : a.more < b.more ? -1 : 1));
  return known.slice(0, TRIED).find(({ move }) => broken(move).length === 0)?.more ?? null;
}

/** A move that keeps the rules is an allocation: the whole costs no more than with it. Nothing is below the cheapest. */
function within(away: Away | null, kept: Minor | null, complete: boolean): Away | null {
  if (!complete || (away === null && kept === null)) return null;
  const { atLeastMinor = 0n, atMostMinor: most = null, proved = false } = away ?? {};
  const atMostMinor = most === null || (kept !== null && kept < most) ? kept : most;
  return { atLeastMinor, atMostMinor, proved: proved || atMostMinor === atLeastMinor };
}
