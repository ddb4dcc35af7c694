/** Which of the award's rules a move of lines from one bid to another would break, when all were kept before. */
import type { Minor } from '../../kernel/money.js';
import type { LotCode, TierCode } from '../../pricing/rules/tariff.js';
import type { Problem, ProblemBid } from './problem.js';
import { fractionOf, shareLimit } from './terms.js';

/** Lines of a tier of a lot. */
export interface Cell {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly lines: number;
}

/** A rule that a move would break, and whose doing it is. */
export interface BrokenRule {
  readonly rule:
    | 'minimum'
    | 'not-offered'
    | 'maxShare'
    | 'maxCostShare'
    | 'minWinners'
    | 'maxWinners'
    | 'include'
    | 'alternative'
    | 'groups'
    | 'budget';
  /** the bid that it is about; null where it is about the whole */
  readonly bid: string | null;
  /** what there would be, and what is allowed, where the rule is a number of lines or winners */
  readonly count: number | null;
  readonly limit: number | null;
}

/** What a bid wins. */
export interface Holding {
  readonly bid: ProblemBid;
  readonly cells: readonly Cell[];
  readonly lines: number;
  readonly costMinor: Minor;
  readonly band: number;
}

export function linesOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.lines, 0);
}

interface Moved {
  readonly from: Holding;
  readonly to: Holding;
  readonly cells: readonly Cell[];
  readonly lines: number;
  /** what either bid would cost more; null where it does not offer all its lines then */
  readonly fromMore: Minor | null;
  readonly toMore: Minor | null;
}

type Holdings = ReadonlyMap<string, Holding>;

/** The rules that a move would break; all of them, in a fixed order. */
export function brokenByMove(problem: Problem, holdings: Holdings, moved: Moved): BrokenRule[] {
  const after = [...holdings.values()].map((holding) => ({
    provider: holding.bid.provider,
    bid: holding.bid.id,
    lines: linesAfter(holding, moved),
  }));
  const winners = new Set(after.filter(({ lines }) => lines > 0).map(({ provider }) => provider));
  return [
    ...shareBroken(problem, after, moved),
    ...winnersBroken(problem, winners, moved),
    ...alternativeBroken(holdings, moved),
    ...groupsBroken(problem, holdings, moved),
    ...moneyBroken(problem, holdings, moved),
  ];
}

function linesAfter(holding: Holding, { from, to, lines }: Moved): number {
  return holding.lines + (holding === to ? lines : 0) - (holding === from ? lines : 0);
}

function shareBroken(
  problem: Problem,
  after: readonly { readonly provider: string; readonly lines: number }[],
  { to }: Moved,
): BrokenRule[] {
  const { maxShare } = problem.rules;
  if (maxShare === undefined) return [];
  const most = shareLimit(
    maxShare,
    after.reduce((sum, { lines }) => sum + lines, 0),
  );
  const own = after.filter(({ provider }) => provider === to.bid.provider);
  const count = own.reduce((sum, { lines }) => sum + lines, 0);
  return count > most ? [{ rule: 'maxShare', bid: to.bid.id, count, limit: most }] : [];
}

function winnersBroken({ rules }: Problem, winners: ReadonlySet<string>, { from }: Moved): BrokenRule[] {
  const { winners: already = [], minWinners = 0, maxWinners = Infinity, include = [] } = rules;
  const count = new Set([...already, ...winners]).size;
  const gone = include.includes(from.bid.provider) && !winners.has(from.bid.provider);
  return [
    ...(count < minWinners ? [{ rule: 'minWinners' as const, bid: null, count, limit: minWinners }] : []),
    ...(count > maxWinners ? [{ rule: 'maxWinners' as const, bid: null, count, limit: maxWinners }] : []),
    ...(gone ? [{ rule: 'include' as const, bid: from.bid.id, count: null, limit: null }] : []),
  ];
}

function alternativeBroken(holdings: Holdings, moved: Moved): BrokenRule[] {
  const { provider, alternative } = moved.to.bid;
  if (alternative === undefined) return [];
  const other = [...holdings.values()].find(
    (holding) =>
      holding !== moved.to &&
      holding.bid.provider === provider &&
      holding.bid.alternative === alternative &&
      linesAfter(holding, moved) > 0,
  );
  return other ? [{ rule: 'alternative', bid: other.bid.id, count: null, limit: null }] : [];
}

/** Only groups with the lot that moves can change. */
function groupsBroken({ rules }: Problem, holdings: Holdings, { from, to, cells, lines }: Moved): BrokenRule[] {
  const lot = cells[0]?.lot ?? '';
  return (rules.groups ?? [])
    .filter(({ lots }) => lots.includes(lot))
    .flatMap(({ lots, winners = [], minWinners = 0, maxWinners = Infinity }): BrokenRule[] => {
      const within = new Set(lots);
      const inside = (holding: Holding) =>
        holding.cells.reduce((sum, cell) => sum + (within.has(cell.lot) ? cell.lines : 0), 0) +
        (holding === to ? lines : 0) -
        (holding === from ? lines : 0);
      const winning = [...holdings.values()].filter((holding) => inside(holding) > 0);
      const count = new Set([...winners, ...winning.map(({ bid }) => bid.provider)]).size;
      const limit = count < minWinners ? minWinners : count > maxWinners ? maxWinners : null;
      return limit === null ? [] : [{ rule: 'groups', bid: null, count, limit }];
    });
}

function moneyBroken({ rules }: Problem, holdings: Holdings, moved: Moved): BrokenRule[] {
  const { from, to, fromMore, toMore } = moved;
  const { budgetMinor, maxCostShare } = rules;
  if (fromMore === null || toMore === null) return [];
  if (budgetMinor === undefined && maxCostShare === undefined) return [];
  const before = new Map(Object.entries(rules.paid ?? {}));
  const paid = new Map(before);
  let total = [...before.values()].reduce((sum, amount) => sum + amount, 0n);
  for (const holding of holdings.values()) {
    const cost = holding.costMinor + (holding === from ? fromMore : 0n) + (holding === to ? toMore : 0n);
    paid.set(holding.bid.provider, (paid.get(holding.bid.provider) ?? 0n) + cost);
    total += cost;
  }
  const over = budgetMinor !== undefined && total > budgetMinor;
  const { parts, whole } = fractionOf(maxCostShare ?? 1);
  const large = [...holdings.values()].find(
    (holding) => linesAfter(holding, moved) > 0 && (paid.get(holding.bid.provider) ?? 0n) * whole > total * parts,
  );
  return [
    ...(over ? [{ rule: 'budget' as const, bid: null, count: null, limit: null }] : []),
    ...(large ? [{ rule: 'maxCostShare' as const, bid: large.bid.id, count: null, limit: null }] : []),
  ];
}
