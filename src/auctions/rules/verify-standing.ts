/** Reckons a standing again, as far as what it stands on is disclosed. */
import { check } from '../../allocation/rules/checker.js';
import { readProblem } from '../../allocation/rules/parse-problem.js';
import type { BidAward, Problem } from '../../allocation/rules/problem.js';
import { bidsInOrder } from '../../allocation/rules/terms.js';
import { canonicalJson } from '../../kernel/canonical.js';
import { auctionProblem, type TariffInAuction } from './auction-problem.js';
import type { AuctionEvent, StandingContent } from './events.js';
import { winnersChanged } from './phases.js';
import { ranksOf, type ReferenceCosts } from './ranking.js';
import { first } from './shape.js';
import { bidOf } from './tariff-id.js';
import type { Unchecked, VerifyMeans } from './verify-means.js';
import type { Ground, TariffBook } from './verify-tariffs.js';
import type { Walk } from './walk.js';

export interface StandingGround extends Ground {
  /** null when a tariff of the opening is not disclosed */
  readonly costs: ReferenceCosts | null;
}

/** Why a standing is not what the tariffs make of it; null when it is, or when that cannot be known. */
export async function whyNoStanding(
  event: AuctionEvent<'standing'>,
  content: StandingContent | null,
  walk: Walk,
  at: {
    readonly ground: StandingGround | null;
    readonly book: TariffBook;
    readonly means: VerifyMeans;
    readonly unchecked: Unchecked;
  },
): Promise<string | null> {
  const { sequence, body } = event;
  const { ground, book, unchecked } = at;
  const changed = whyNotChanged(event, content, walk, unchecked);
  if (changed !== null) return changed;
  if (content === null) {
    unchecked.note('the allocation and the ranks of the standing, whose content is not disclosed', sequence);
    return null;
  }
  const { totalMinor } = body;
  if (totalMinor !== undefined && canonicalJson(totalMinor) !== canonicalJson(content.totalMinor)) {
    return `It tells a leading total of ${totalMinor}, and its allocation costs ${content.totalMinor}.`;
  }
  const stranger = first(
    content.awards.map(
      ({ bid }) =>
        () =>
          book.whyNotBid(bid, body.upTo),
    ),
  );
  if (stranger !== null) return stranger;
  const known = book.knownAsOf(body.upTo);
  const all = book.asOf(body.upTo);
  if (ground === null || all === null) {
    unchecked.note('that no allocation is cheaper, and the ranks', sequence);
    return ground === null ? null : whyNotCounted(content, ground, known, at.unchecked, sequence);
  }
  return (
    whyNotRanked(content, ground, all) ??
    (await whyNotCheapest(content, auctionProblem(ground.problem, all), sequence, at))
  );
}

function whyNotChanged(
  { sequence, body }: AuctionEvent<'standing'>,
  content: StandingContent | null,
  { state, content: before }: Walk,
  unchecked: Unchecked,
): string | null {
  if (state.standing !== null && (before === null || content === null)) {
    unchecked.note('whether the winners changed', sequence);
    return null;
  }
  const changed = content !== null && winnersChanged(before, content);
  if (changed === body.changed) return null;
  return changed
    ? 'Others win than in the standing before, and it says that nothing changed.'
    : 'The same win as in the standing before, and it says that this changed.';
}

function whyNotRanked(
  { ranks }: StandingContent,
  { reference, costs }: StandingGround,
  tariffs: readonly TariffInAuction[],
): string | null {
  if (costs === null) return null;
  const right = ranksOf(tariffs, reference, costs);
  return canonicalJson(right) === canonicalJson(ranks) ? null : `The ranks are ${canonicalJson(right)}.`;
}

/** The allocation itself, when not all tariffs are known but those of all that it awards lines to. */
function whyNotCounted(
  content: StandingContent,
  ground: StandingGround,
  known: readonly TariffInAuction[],
  unchecked: Unchecked,
  sequence: number,
): string | null {
  const problem = auctionProblem(ground.problem, known);
  const ids = new Set(problem.bids.map(({ id }) => id));
  const bids = new Set(content.awards.map(({ bid }) => bidOf(bid)));
  if (bids.size < content.awards.length) return 'Of the alternatives of a bid more than one wins.';
  if (content.awards.every(({ bid }) => ids.has(bid))) return whyBroken(content, problem);
  unchecked.note('what the awards cost', sequence);
  return null;
}

async function whyNotCheapest(
  content: StandingContent,
  problem: Problem,
  sequence: number,
  { means, unchecked }: { readonly means: VerifyMeans; readonly unchecked: Unchecked },
): Promise<string | null> {
  const { status, totalMinor, awards } = content;
  if (problem.bids.length === 0) {
    return status === 'infeasible' && awards.length === 0 ? null : 'Without any bid nothing is awarded.';
  }
  const result = await means.solve(problem, awards);
  if (result.status === 'invalid') {
    const reason = result.explanation[0] ?? 'they make no problem';
    return status === 'invalid' ? null : `The tariffs cannot be reckoned with: ${reason}.`;
  }
  const broken = totalMinor === null ? null : whyBroken(content, problem);
  if (broken !== null) return broken;
  const decided = result.status === 'optimal' || result.status === 'infeasible';
  if (status === 'feasible' || status === 'unknown') {
    unchecked.note(
      result.totalMinor !== null && (totalMinor === null || result.totalMinor < totalMinor)
        ? `why the allocation that costs ${result.totalMinor} was not found, for which time is said to have been too short`
        : 'that no allocation is cheaper, which was not proved within the time for it',
      sequence,
    );
    return decided &&
      content.boundMinor !== null &&
      result.totalMinor !== null &&
      content.boundMinor > result.totalMinor
      ? `It says that nothing costs less than ${content.boundMinor}, and the cheapest allocation costs ${result.totalMinor}.`
      : null;
  }
  if (!decided) {
    if (totalMinor !== null && result.totalMinor !== null && result.totalMinor < totalMinor)
      return cheaper(result.totalMinor);
    unchecked.note('that no allocation is cheaper, which could not be proved again within the time for it', sequence);
    return null;
  }
  if (status !== result.status) return `The problem is ${result.status}, not ${status}.`;
  if (totalMinor !== result.totalMinor) return cheaper(result.totalMinor);
  if (content.boundMinor !== totalMinor) return `The bound of a cheapest allocation is its cost, ${totalMinor}.`;
  return canonicalJson(awards) === canonicalJson(result.awards)
    ? null
    : whyNotPreferred(awards, problem, sequence, { means, unchecked });
}

/**
 * Awards that cost as little as others. A limit of nodes or of time may have left open which of them prefers the earlier
 * tariffs, here or where they were published: so only awards that do prefer them are held against the published ones, and
 * they are looked for without beginning at these.
 */
async function whyNotPreferred(
  awards: readonly BidAward[],
  problem: Problem,
  sequence: number,
  { means, unchecked }: { readonly means: VerifyMeans; readonly unchecked: Unchecked },
): Promise<string | null> {
  const anew = await means.solve(problem, []);
  if (anew.status === 'optimal' && prefersEarlier(problem, anew.awards, awards)) {
    return 'Of the cheapest allocations, another one prefers the earlier tariffs.';
  }
  if (canonicalJson(awards) !== canonicalJson(anew.awards)) {
    unchecked.note('that of the cheapest allocations no other one prefers the earlier tariffs', sequence);
  }
  return null;
}

/** Whether the first tariff by receipt that wins other lines in one of two allocations wins more in the first of them. */
function prefersEarlier(problem: Problem, some: readonly BidAward[], others: readonly BidAward[]): boolean {
  const linesOf = (awards: readonly BidAward[], id: string) => awards.find(({ bid }) => bid === id)?.lines ?? 0;
  const more = bidsInOrder(problem.bids).map(({ id }) => linesOf(some, id) - linesOf(others, id));
  return (more.find((lines) => lines !== 0) ?? 0) > 0;
}

function cheaper(totalMinor: bigint | null): string {
  return `The cheapest allocation costs ${totalMinor}.`;
}

/** Whether the awards break a rule of the tender or are not what they are said to cost. */
function whyBroken({ awards, totalMinor }: StandingContent, problem: Problem): string | null {
  const reading = readProblem(problem);
  if (!reading.ok)
    return `The tariffs cannot be reckoned with: ${reading.faults[0]?.path} ${reading.faults[0]?.reason}.`;
  const { violations, totalMinor: right } = check(reading.problem, awards);
  if (violations[0] !== undefined) return `The awards break a rule: ${violations[0]}.`;
  return right === totalMinor ? null : `The awards cost ${right}, not ${totalMinor}.`;
}
