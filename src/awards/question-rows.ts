/** Rows of what an award is about: the tender's demand and rules, its opened bids, and what winners hold beside it. */
import type { EntityManager } from 'typeorm';
import type { Problem } from '../allocation/rules/problem.js';
import type { AuctionsQueries } from '../auctions/auctions.queries.js';
import { canonicalJson } from '../kernel/canonical.js';
import { notFound } from '../kernel/refusal.js';
import { sha256 } from '../platform/keys/keys.js';
import type { TendersQueries } from '../tenders/tenders.queries.js';
import type { Award } from './award.entity.js';
import { heldBeside } from './held-rows.js';
import type { AwardBid } from './rules/award.js';
import type { HeldCell } from './rules/held.js';
import { toProblem } from './rules/to-problem.js';

/** What an evaluation is about, as it stood when it was read. */
export interface Question {
  readonly problem: Problem;
  readonly problemHash: string;
  /** the hash of the problem as it would be if no lines had joined later */
  readonly settledHash: string;
  readonly bids: readonly AwardBid[];
  readonly held: readonly HeldCell[];
}

/** @throws Refusal 'tender.not-found' */
export async function questionOf(
  tx: EntityManager,
  award: Pick<Award, 'id' | 'tenderId' | 'scope' | 'excludedBids'>,
  tenders: TendersQueries,
  auctions: AuctionsQueries,
): Promise<Question> {
  const tender = await tenders.published(tx, award.tenderId);
  if (!tender) throw notFound('tender');
  const opened = await auctions.decidingBids(tx, award.tenderId);
  const excluded = new Set(award.excludedBids.map((bid) => bid.bidId));
  const bids = opened.filter((bid) => !excluded.has(bid.bidId));
  const held = await heldBeside(tx, award);
  const asked = (beside: readonly HeldCell[]) => toProblem(tender, opened, award.scope, excluded, beside);
  const hashOf = (problem: Problem) => sha256(canonicalJson(problem));
  const problem = asked(held);
  const problemHash = hashOf(problem);
  const joined = held.some((cell) => (cell.joined ?? 0) > 0);
  const settledHash = joined ? hashOf(asked(held.map((cell) => ({ ...cell, joined: 0 })))) : problemHash;
  return { problem, problemHash, settledHash, bids, held };
}
