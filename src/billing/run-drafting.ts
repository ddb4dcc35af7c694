/** Drafts the invoices of some members: the same for a preview and for the run. */
import type { EntityManager } from 'typeorm';
import { type Draft, draftOf } from './rules/drafting.js';
import type { GrantState } from './rules/grants.js';
import { type Chunk, factsOf, type MemberFacts, takenBefore, type RunFrame, type Schemes } from './run-facts.js';

export interface MemberDraft extends Draft {
  readonly memberId: string;
  readonly memberName: string;
  readonly taxBp: number;
}

/** Members in the order in which they come to the grants, whose budgets are less by what the drafts take of them. */
export async function draftsOf(
  tx: EntityManager,
  frame: RunFrame,
  chunk: Chunk,
  schemes: Schemes,
): Promise<MemberDraft[]> {
  const facts = await factsOf(tx, frame, chunk);
  const taken = await takenBefore(tx, schemes, facts);
  return facts.flatMap((member) => draftFor(member, frame, schemes, taken));
}

function draftFor(
  { memberId, memberName, rates, lines, vouchers }: MemberFacts,
  { month }: RunFrame,
  { schemes, budgets }: Schemes,
  taken: GrantState['taken'],
): MemberDraft[] {
  const draft = draftOf(lines, month, rates, schemes, { budgets, vouchers, taken });
  if (draft === null) return [];
  for (const { schemeId, minor } of draft.grants) budgets.set(schemeId, (budgets.get(schemeId) ?? 0n) - minor);
  return [{ ...draft, memberId, memberName, taxBp: rates.taxBp }];
}
