/** What is recommended, as one text: the approval is bound to its hash, so that any change voids it. */
import { canonicalJson } from '../../kernel/canonical.js';
import type { AwardCell, ExcludedBid, Winner } from './award.js';

export interface AwardContent {
  readonly tenderId: string;
  /** hash of the tender as published */
  readonly tenderHash: string;
  readonly round: number;
  readonly scope: readonly AwardCell[] | null;
  readonly excludedBids: readonly ExcludedBid[];
  /** hash of the problem that was solved: demand, tariffs and rules */
  readonly problemHash: string | null;
  readonly solverStatus: string | null;
  readonly totalMinor: bigint | null;
  readonly boundMinor: bigint | null;
  readonly winners: readonly Winner[];
  readonly explanation: readonly string[];
  /** why the officer recommends it */
  readonly reasons: string | null;
}

/** The canonical text of an award's content. Only the members of `AwardContent` take part. */
export function contentText(content: AwardContent): string {
  const { tenderId, tenderHash, round, scope, excludedBids, problemHash, solverStatus } = content;
  const { totalMinor, boundMinor, winners, explanation, reasons } = content;
  return canonicalJson({
    tenderId,
    tenderHash,
    round,
    scope,
    excludedBids,
    problemHash,
    solverStatus,
    totalMinor,
    boundMinor,
    winners,
    explanation,
    reasons,
  });
}
