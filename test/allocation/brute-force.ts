/** Tries every allocation of a small problem. Written from the rules alone, to disagree with the solver where it errs. */
import type { Problem, ProblemBid } from '../../src/allocation/rules/problem.js';

export interface Best {
  readonly totalMinor: bigint;
  /** lines per bid in the order of receipt, then id: of all cheapest allocations, the one most in favour of early bids */
  readonly lines: readonly number[];
  /** what the winner that is paid most is paid, what it was paid before included */
  readonly largest: bigint;
  /** what all winners are paid, what they were paid before included */
  readonly whole: bigint;
}

export interface Cell {
  readonly lot: string;
  readonly tier: string;
  readonly lines: number;
}

/** lines[bid][cell] */
type Table = number[][];

export function bidsByReceipt(problem: Problem): ProblemBid[] {
  const key = (bid: ProblemBid) => `${new Date(bid.receivedAt).toISOString()} ${bid.id}`;
  return [...problem.bids].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** What a bid is to win at least, in any case. */
export interface Wanted {
  readonly bid: string;
  readonly lot: string;
  /** null for every tier of the lot, whole */
  readonly tier: string | null;
  readonly lines: number;
}

/** The cheapest allocation by trying all, or null when none keeps the rules. In it nothing that is unwanted is won. */
export function bruteForce(
  problem: Problem,
  wanted?: Wanted,
  unwanted?: Omit<Wanted, 'lines'>,
  better: (a: Best, b: Best) => boolean = prefer,
): Best | null {
  const bids = bidsByReceipt(problem);
  const cells = problem.lots.flatMap((lot) =>
    Object.entries(lot.demand).flatMap(([tier, lines]): Cell[] => (lines > 0 ? [{ lot: lot.id, tier, lines }] : [])),
  );
  let best: Best | null = null;
  const table: Table = bids.map(() => cells.map(() => 0));
  const visit = (cell: number): void => {
    const here = cells[cell];
    if (here === undefined) {
      const asked = wins(bids, cells, table, wanted) && !(unwanted && wonOf(bids, cells, table, unwanted) > 0);
      const found = asked ? evaluate(problem, bids, cells, table) : null;
      if (found && (best === null || better(found, best))) best = found;
      return;
    }
    for (const split of splits(problem, cells, cell, table)) {
      split.forEach((lines, i) => ((table[i] ?? [])[cell] = lines));
      visit(cell + 1);
    }
  };
  visit(0);
  return best;
}

function wins(bids: readonly ProblemBid[], cells: readonly Cell[], table: Table, wanted?: Wanted): boolean {
  return !wanted || wonOf(bids, cells, table, wanted) >= wanted.lines;
}

/** Lines that a bid wins of a lot, or of a tier of it. */
function wonOf(bids: readonly ProblemBid[], cells: readonly Cell[], table: Table, of: Omit<Wanted, 'lines'>): number {
  const row = table[bids.findIndex((bid) => bid.id === of.bid)] ?? [];
  const within = cells.map(({ lot, tier }) => lot === of.lot && (of.tier === null || tier === of.tier));
  return row.reduce((sum, lines, c) => sum + (within[c] === true ? lines : 0), 0);
}

function prefer(a: Best, b: Best): boolean {
  if (a.totalMinor !== b.totalMinor) return a.totalMinor < b.totalMinor;
  const at = a.lines.findIndex((lines, i) => lines !== b.lines[i]);
  return at >= 0 && (a.lines[at] ?? 0) > (b.lines[at] ?? 0);
}

/** All ways to hand a cell to bids that the award rule allows, given the cells before it. */
function splits(problem: Problem, cells: readonly Cell[], cell: number, table: Table): number[][] {
  const lines = cells[cell]?.lines ?? 0;
  const whole = (owner: number) => table.map((_, i) => (i === owner ? lines : 0));
  if (problem.rules.award === 'shared') return compositions(lines, table.length);
  if (problem.rules.award === 'lot' && cells[cell - 1]?.lot === cells[cell]?.lot && cell > 0) {
    return [whole(table.findIndex((row) => (row[cell - 1] ?? 0) > 0))];
  }
  return table.map((_, owner) => whole(owner));
}

function compositions(total: number, parts: number): number[][] {
  if (parts === 1) return [[total]];
  return Array.from({ length: total + 1 }, (_, first) => first).flatMap((first) =>
    compositions(total - first, parts - 1).map((rest) => [first, ...rest]),
  );
}

function evaluate(problem: Problem, bids: readonly ProblemBid[], cells: readonly Cell[], table: Table): Best | null {
  const total = cells.reduce((sum, cell) => sum + cell.lines, 0);
  const perProvider = new Map<string, number>();
  const paid = new Map<string, bigint>();
  const alternatives = new Set<string>();
  let totalMinor = 0n;
  const lines: number[] = [];
  for (const [i, bid] of bids.entries()) {
    const row = table[i] ?? [];
    const won = row.reduce((sum, n) => sum + n, 0);
    lines.push(won);
    if (won === 0) continue;
    const cost = costOf(problem, bid, cells, row, won);
    const mark = `${bid.provider} ${bid.alternative}`;
    if (cost === null || alternatives.has(mark)) return null;
    if (bid.alternative !== undefined) alternatives.add(mark);
    totalMinor += cost;
    paid.set(bid.provider, (paid.get(bid.provider) ?? 0n) + cost);
    perProvider.set(bid.provider, (perProvider.get(bid.provider) ?? 0) + won);
  }
  const { winners: already = [], minWinners = 0, maxWinners = 1_000, maxShare = 1 } = problem.rules;
  const winners = new Set([...already, ...perProvider.keys()]).size;
  if (winners < minWinners || winners > maxWinners) return null;
  const { include = [], exclude = [], paid: paidBefore = {} } = problem.rules;
  const paidAll = Object.values(paidBefore).reduce((sum, amount) => sum + amount, 0n);
  const { budgetMinor = totalMinor + paidAll } = problem.rules;
  if (include.some((name) => !perProvider.has(name)) || exclude.some((name) => perProvider.has(name))) return null;
  if (totalMinor + paidAll > budgetMinor) return null;
  for (const { lots, winners: before = [], minWinners: fewest = 0, maxWinners: most = 1_000 } of problem.rules.groups ??
    []) {
    const within = cells.flatMap((cell, c) => (lots.includes(cell.lot) ? [c] : []));
    const winning = bids.filter((_, i) => within.some((c) => (table[i]?.[c] ?? 0) > 0));
    const count = new Set([...before, ...winning.map((bid) => bid.provider)]).size;
    if (count < fewest || count > most) return null;
  }
  // The parts of the cost that the tests use have two decimals.
  const part = BigInt(Math.round((problem.rules.maxCostShare ?? 1) * 100));
  const parts = [...paid].map(([provider, amount]) => amount + (paidBefore[provider] ?? 0n));
  if (parts.some((amount) => amount * 100n > part * (totalMinor + paidAll))) return null;
  // So few lines that a share is as good as its nearest decimal.
  const over = [...perProvider.values()].some((won) => won > Math.floor(maxShare * total + 1e-6));
  const whole = totalMinor + paidAll;
  return over ? null : { totalMinor, lines, largest: parts.reduce((a, b) => (a > b ? a : b), 0n), whole };
}

/** What a bid asks for these lines of cells, over the term; null when it does not serve them so. */
export function costOf(
  problem: Problem,
  bid: ProblemBid,
  cells: readonly Cell[],
  row: readonly number[],
  won: number,
): bigint | null {
  const band = bid.bands.findLast((one) => one.from <= won);
  if (!band || won < (bid.minimumLines ?? 0) || won > (bid.capacity ?? Infinity)) return null;
  let cost = bid.activation ?? 0n;
  const perLot = new Map<string, number>();
  for (const [c, { lot, tier }] of cells.entries()) {
    const lines = row[c] ?? 0;
    if (lines === 0) continue;
    const terms = bid.lots[lot];
    const monthly = band.lotMonthly?.[lot]?.[tier] ?? band.monthly[tier];
    if (!terms || monthly === undefined || lines > (terms.tiers?.[tier]?.capacity ?? Infinity)) return null;
    perLot.set(lot, (perLot.get(lot) ?? 0) + lines);
    if ((perLot.get(lot) ?? 0) > (terms.capacity ?? Infinity)) return null;
    const month = monthly + (terms.surcharge ?? 0n) + (bid.adjustment?.[tier] ?? 0n);
    cost += BigInt(lines) * (month * BigInt(problem.termMonths) + (terms.setup ?? 0n));
  }
  for (const { lots, capacity } of Object.values(bid.partners ?? {})) {
    if (lots.reduce((sum, lot) => sum + (perLot.get(lot) ?? 0), 0) > capacity) return null;
  }
  return cost;
}
