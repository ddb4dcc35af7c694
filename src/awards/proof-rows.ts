/** Rows of gaps to win that are to be proved: what is asked, what it is about, and what was found. */
import type { EntityManager } from 'typeorm';
import { type Gap, tighter } from '../allocation/rules/gaps.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { proofAsked } from './awards.events.js';
import type { BoardStep } from './board-rows.js';
import { OVER } from './rules/lifecycle.js';
import { PROOF_LIMITS } from './rules/proofs.js';

/** How far the gaps of a board are. */
export interface ProofStep {
  readonly state: 'proving' | 'complete';
  /** gaps that are known, and those of them that are exact */
  readonly total: number;
  readonly exact: number;
  /** of which a proof was asked for, and those of them that were searched for */
  readonly asked: number;
  readonly done: number;
}

/** One gap: its place in the answer to a question of a board. */
export interface GapPlace {
  readonly inputHash: string;
  readonly position: number;
}

/** Which gaps of a board. */
export interface Wanted {
  readonly bidId?: string | undefined;
  readonly lot?: string | undefined;
}

/** The gaps of a board, as `e`, `g` and, where a proof was asked for, `p`. */
const GAPS = `award_board_entry e join award_gap g using (input_hash)
  left join award_gap_proof p on p.input_hash = g.input_hash and p.position = g.position
  where e.award_id = $1 and e.problem_hash = $2 and e.kind = 'gaps'`;

export async function proofStep(
  tx: EntityManager,
  { awardId, problemHash }: Pick<BoardStep, 'awardId' | 'problemHash'>,
): Promise<ProofStep> {
  const rows: Omit<ProofStep, 'state'>[] = await tx.query(
    `select count(*)::int as total, (count(*) filter (where coalesce(p.proved, g.proved)))::int as exact,
            count(p.asked_at)::int as asked, count(p.solved_at)::int as done
     from ${GAPS}`,
    [awardId, problemHash],
  );
  const step = rows[0] ?? { total: 0, exact: 0, asked: 0, done: 0 };
  return { state: step.done < step.asked ? 'proving' : 'complete', ...step };
}

/** Asks for the proof of gaps that are not exact, once each, the nearest to winning first. @returns how many */
export async function askProofs(deed: Deed, { awardId, problemHash }: BoardStep, wanted: Wanted): Promise<number> {
  const { asked, done } = await proofStep(deed.tx, { awardId, problemHash });
  // A better answer that is just being written waits, and finds the proofs; or it is there before they are asked for.
  await deed.tx.query(
    `select 1 from award_solve where input_hash in
       (select input_hash from award_board_entry where award_id = $1 and problem_hash = $2 and kind = 'gaps')
     order by input_hash for share`,
    [awardId, problemHash],
  );
  // What another process is about to take back is gone after this, and is asked for again.
  await deed.tx.query(
    `select 1 from award_gap_proof where (input_hash, position) in
    (select g.input_hash, g.position from ${GAPS} and p.solved_at is null) for share`,
    [awardId, problemHash],
  );
  const fresh: { input_hash: string; position: number }[] = await deed.tx.query(
    `insert into award_gap_proof (input_hash, position, asked_at)
     select g.input_hash, g.position, $3 from ${GAPS}
       and not g.proved and p.asked_at is null and ($4::text is null or split_part(e.about, '/', 1) = $4)
       and ($5::text is null or g.lot_code = $5)
     order by g.gap_minor, e.position, g.position limit $6
     on conflict do nothing returning input_hash, position`,
    [
      awardId,
      problemHash,
      deed.now,
      wanted.bidId ?? null,
      wanted.lot ?? null,
      Math.max(0, PROOF_LIMITS.waiting - (asked - done)),
    ],
  );
  for (const { input_hash: inputHash, position } of fresh) await deed.announce(proofAsked, { inputHash, position });
  return fresh.length;
}

/** A gap that waits for its proof, and the award whose allocation it is a gap to. */
export interface OpenProof extends Pick<Gap, 'bid' | 'lot' | 'tier' | 'lines'> {
  readonly awardId: string;
  readonly problem: unknown;
}

/** What is to be proved; null when it has been, and when nobody decides on an award any more that it matters to. */
export async function openProof(tx: EntityManager, { inputHash, position }: GapPlace): Promise<OpenProof | null> {
  const rows: OpenProof[] = await tx.query(
    `select a.id as "awardId", b.problem, e.about as bid, g.lot_code as lot, g.tier_code as tier, g.lines
     from award_gap_proof p join award_gap g using (input_hash, position)
       join award_board_entry e on e.input_hash = p.input_hash and e.kind = 'gaps'
       join award_board b on b.award_id = e.award_id and b.problem_hash = e.problem_hash
       join award a on a.id = b.award_id and a.problem_hash = b.problem_hash
     where p.input_hash = $1 and p.position = $2 and p.solved_at is null and a.solver_status = 'optimal'
       and a.state <> all($3) limit 1`,
    [inputHash, position, OVER],
  );
  return rows[0] ?? null;
}

/** Takes back what nobody needs any more. @returns what is to be proved after all, as somebody has begun to need it */
export async function takeBack(deed: Deed, place: GapPlace): Promise<OpenProof | null> {
  // Held before it is looked at again: who asks for it meanwhile waits, or is seen.
  await deed.tx.query('select 1 from award_gap_proof where input_hash = $1 and position = $2 for update', [
    place.inputHash,
    place.position,
  ]);
  const open = await openProof(deed.tx, place);
  if (open) return open;
  await deed.tx.query('delete from award_gap_proof where input_hash = $1 and position = $2 and solved_at is null', [
    place.inputHash,
    place.position,
  ]);
  return null;
}

/** Writes down what was found of a gap, once, together with what was known; nothing may have been found. */
export async function writeProof(
  deed: Deed,
  { inputHash, position }: GapPlace,
  about: Pick<Gap, 'bid' | 'lot' | 'tier' | 'lines'>,
  found: Gap | null,
): Promise<void> {
  const known: Pick<Gap, 'gapMinor' | 'atLeastMinor'>[] = await deed.tx.query(
    `select g.gap_minor as "gapMinor", g.at_least_minor as "atLeastMinor"
     from award_gap g join award_solve s using (input_hash)
     where g.input_hash = $1 and g.position = $2 and s.status = 'optimal'`,
    [inputHash, position],
  );
  // Where the board did not prove the cheapest of all either, its gaps are to another allocation.
  const { gapMinor, atLeastMinor } = known[0] ?? { gapMinor: null, atLeastMinor: 0n };
  const before: Gap = { ...about, gapMinor, atLeastMinor, proved: false };
  const told = found ? tighter(before, found) : before;
  await deed.tx.query(
    `update award_gap_proof set seconds = $3, gap_minor = $4, at_least_minor = $5, proved = $6, solved_at = $7
     where input_hash = $1 and position = $2 and solved_at is null`,
    [inputHash, position, PROOF_LIMITS.seconds, told.gapMinor, told.atLeastMinor, told.proved, deed.now],
  );
}
