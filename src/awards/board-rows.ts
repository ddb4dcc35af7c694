/** Rows of scenario boards: their entries, what these ask of the solver, and what it answers. */
import type { EntityManager } from 'typeorm';
import type { Gap } from '../allocation/rules/gaps.js';
import type { Problem, Result, ResultStatus } from '../allocation/rules/problem.js';
import { tariffId } from '../auctions/rules/tariff-id.js';
import { toJson } from '../kernel/canonical.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { sha256 } from '../platform/keys/keys.js';
import type { Award } from './award.entity.js';
import { boardCompleted, solveAsked } from './awards.events.js';
import type { Winner } from './rules/award.js';
import { type Board, type BoardEntry, type Change, questionsIn } from './rules/board.js';

/** What is still to be answered, or answered better; of `award_solve` as `s`. */
const OPEN = 's.solved_at is null or s.asked_again_at is not null';

/** Answers that stay: the others were cut off by a clock. */
const CERTAIN: readonly ResultStatus[] = ['optimal', 'infeasible', 'invalid'];

/** How far a board is. */
export interface BoardStep {
  readonly awardId: string;
  readonly problemHash: string;
  readonly state: 'solving' | 'complete';
  /** entries that have their answer, of all */
  readonly done: number;
  readonly total: number;
}

/** The board of an award, if it has one. */
export async function boardStep(tx: EntityManager, awardId: string): Promise<BoardStep | null> {
  const rows: { problem_hash: string; done: number; total: number; complete: boolean }[] = await tx.query(
    `select b.problem_hash, (count(*) filter (where b.completed_at is not null or not (${OPEN})))::int as done,
            count(*)::int as total, b.completed_at is not null as complete
     from award_board b join award_board_entry e using (award_id, problem_hash) join award_solve s using (input_hash)
       join award a on a.id = b.award_id and a.problem_hash = b.problem_hash
     where b.award_id = $1 group by b.award_id, b.problem_hash`,
    [awardId],
  );
  const [row] = rows;
  if (!row) return null;
  const { problem_hash: problemHash, done, total, complete } = row;
  return { awardId, problemHash, state: complete ? 'complete' : 'solving', done, total };
}

/** Writes a board, and asks what nobody has asked before. */
export async function writeBoard(deed: Deed, award: Award, problem: Problem, board: Board): Promise<void> {
  const of = { awardId: award.id, problemHash: award.problemHash ?? '' };
  await deed.tx.query(
    `insert into award_board (award_id, problem_hash, problem, left_out, made_at) values ($1, $2, $3, $4, $5)`,
    [of.awardId, of.problemHash, toJson(problem), toJson(board.leftOut), deed.now],
  );
  const questionOf = questionsIn(problem, of.problemHash);
  const hashOf = (change: Change): string => sha256(questionOf(change));
  const hashes = board.entries.map(({ change }) => hashOf(change));
  const sorted = [...new Set(hashes)].sort();
  const asked = await writeSolves(deed, sorted, award, hashOf({ percent: 100 }));
  await writeEntries(deed, of, board.entries, hashes);
  for (const inputHash of new Set(hashes)) if (asked.has(inputHash)) await deed.announce(solveAsked, { inputHash });
  await announceComplete(deed, of);
}

/**
 * Rows of what is asked, held until the deed ends: an answer that is not there yet comes when this board can be seen, and
 * completes it. The award's own problem comes with the answer that the evaluation gave. What a clock cut off is asked
 * again, unless proofs were asked of its gaps: these search thoroughly, and stand beside it.
 * @param sorted of two boards that ask the same, one waits for the other, and not each for the other
 * @returns those that wait for an answer, and that nobody waited for before
 */
async function writeSolves(
  deed: Deed,
  sorted: readonly string[],
  { solverStatus, totalMinor, boundMinor, winners, explanation }: Award,
  own: string,
): Promise<Set<string>> {
  const awards = winners.map(({ bidId, alternative, band, lines, costMinor }) => ({
    bid: tariffId(bidId, alternative),
    band,
    lines,
    costMinor,
  }));
  const written: { input_hash: string; solved_at: Date | null }[] = await deed.tx.query(
    `insert into award_solve as s (input_hash, status, total_minor, bound_minor, awards, explanation, solved_at)
     select asked.hash, own.status, own.total, own.bound, own.awards, own.explanation, own.at
     from unnest($1::text[]) as asked (hash)
       left join (values ($2::text, $3::text, $4::bigint, $5::bigint, $6::jsonb, $7::jsonb, $8::timestamptz))
         as own (hash, status, total, bound, awards, explanation, at) using (hash)
     order by asked.hash
     on conflict (input_hash) do update
       set status = excluded.status, total_minor = excluded.total_minor, bound_minor = excluded.bound_minor,
           awards = excluded.awards, explanation = excluded.explanation, solved_at = excluded.solved_at,
           asked_again_at = null
       where excluded.status = any($9) and (s.status is null or s.status <> all($9))
     returning input_hash, solved_at`,
    [sorted, own, solverStatus, totalMinor, boundMinor, toJson(awards), toJson(explanation), deed.now, CERTAIN],
  );
  if (written.some((row) => row.input_hash === own && row.solved_at !== null)) await announceBoardsOf(deed, own);
  const again: [{ input_hash: string }[], number] = await deed.tx.query(
    `update award_solve s set asked_again_at = $2
     where input_hash = any($1) and status <> all($3) and asked_again_at is null
       and not exists (select from award_gap_proof p where p.input_hash = s.input_hash)
     returning input_hash`,
    [sorted, deed.now, CERTAIN],
  );
  const fresh = written.filter((row) => row.solved_at === null);
  return new Set([...fresh, ...again[0]].map((row) => row.input_hash));
}

/** What a solve is about, while it has no answer, or is asked for a better one. */
export interface OpenSolve {
  /** as JSON has it: its amounts are not read yet */
  readonly problem: Problem;
  readonly change: Change;
  /** what the award gives to whom; nothing when its problem is another one by now */
  readonly winners: readonly Pick<Winner, 'bidId' | 'alternative' | 'cells'>[];
  /** whether that is proved to be the cheapest */
  readonly proved: boolean;
}

/** What is to be solved; null when it has been. Any board that asks it tells. */
export async function openSolve(tx: EntityManager, inputHash: string): Promise<OpenSolve | null> {
  const rows: OpenSolve[] = await tx.query(
    `select b.problem, e.change, coalesce(a.allocation, '[]') as winners, coalesce(a.solver_status = 'optimal', false) as proved
     from award_solve s join award_board_entry e using (input_hash) join award_board b using (award_id, problem_hash)
       left join award a on a.id = b.award_id and a.problem_hash = b.problem_hash
     where s.input_hash = $1 and (${OPEN}) limit 1`,
    [inputHash],
  );
  return rows[0] ?? null;
}

/** What the solver answered. */
export interface Solved {
  readonly result: Result;
  readonly gaps: readonly Gap[];
}

/**
 * Writes an answer down, and announces the boards that it was the last for. An answer that is there already gives way only
 * to one that is certain, with its gaps, of which no proof may have been asked.
 */
export async function writeAnswer(deed: Deed, inputHash: string, solved: Solved): Promise<void> {
  const rows: { status: ResultStatus | null }[] = await deed.tx.query(
    `select s.status from award_solve s where s.input_hash = $1 and (${OPEN}) for no key update`,
    [inputHash],
  );
  const [open] = rows;
  if (!open) return;
  if (open.status === null || (CERTAIN.includes(solved.result.status) && (await dropGaps(deed, inputHash)))) {
    await keep(deed, inputHash, solved);
  } else {
    await deed.tx.query('update award_solve set asked_again_at = null where input_hash = $1', [inputHash]);
  }
  await announceBoardsOf(deed, inputHash);
}

/** Drops the gaps of an answer that is about to be replaced. @returns false where a proof was asked of one of them */
async function dropGaps(deed: Deed, inputHash: string): Promise<boolean> {
  const proofs: unknown[] = await deed.tx.query('select 1 from award_gap_proof where input_hash = $1 limit 1', [
    inputHash,
  ]);
  if (proofs.length > 0) return false;
  await deed.tx.query('delete from award_gap where input_hash = $1', [inputHash]);
  return true;
}

async function keep(deed: Deed, inputHash: string, { result, gaps }: Solved): Promise<void> {
  const { status, totalMinor, boundMinor, awards, explanation } = result;
  await deed.tx.query(
    `update award_solve set status = $2, total_minor = $3, bound_minor = $4, awards = $5, explanation = $6,
       solved_at = $7, asked_again_at = null
     where input_hash = $1`,
    [inputHash, status, totalMinor, boundMinor, toJson(awards), toJson(explanation), deed.now],
  );
  await deed.tx.query(
    `insert into award_gap (input_hash, position, lot_code, tier_code, lines, gap_minor, at_least_minor, proved)
     select $1::text, g.n - 1, g.lot, g.tier, g.lines, g.gap, g.least, g.proved
     from unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[], $7::boolean[])
       with ordinality as g (lot, tier, lines, gap, least, proved, n)`,
    [
      inputHash,
      gaps.map(({ lot }) => lot),
      gaps.map(({ tier }) => tier),
      gaps.map(({ lines }) => lines),
      gaps.map(({ gapMinor }) => gapMinor),
      gaps.map(({ atLeastMinor }) => atLeastMinor),
      gaps.map(({ proved }) => proved),
    ],
  );
}

/** Announces the boards that wait for nothing any more, of those that ask this. */
async function announceBoardsOf(deed: Deed, inputHash: string): Promise<void> {
  // Of two answers that are the last of a board, the second waits here for the first, and then sees it.
  const boards: { awardId: string; problemHash: string }[] = await deed.tx.query(
    `select award_id as "awardId", problem_hash as "problemHash" from award_board b
     where completed_at is null and exists (select from award_board_entry e
       where e.award_id = b.award_id and e.problem_hash = b.problem_hash and e.input_hash = $1)
     order by award_id, problem_hash for no key update`,
    [inputHash],
  );
  for (const board of boards) await announceComplete(deed, board);
}

async function announceComplete(
  deed: Deed,
  { awardId, problemHash }: { readonly awardId: string; readonly problemHash: string },
): Promise<void> {
  const open: unknown[] = await deed.tx.query(
    `select 1 from award_board_entry e join award_solve s using (input_hash)
     where e.award_id = $1 and e.problem_hash = $2 and (${OPEN}) limit 1`,
    [awardId, problemHash],
  );
  if (open.length === 0) await deed.announce(boardCompleted, { awardId, problemHash });
}

async function writeEntries(
  deed: Deed,
  { awardId, problemHash }: { readonly awardId: string; readonly problemHash: string },
  entries: readonly BoardEntry[],
  hashes: readonly string[],
): Promise<void> {
  await deed.tx.query(
    `insert into award_board_entry (award_id, problem_hash, position, kind, about, change, lines, input_hash)
     select $1::uuid, $2::text, e.n - 1, e.kind, e.about, e.change, e.lines, e.hash
     from unnest($3::text[], $4::text[], $5::jsonb[], $6::int[], $7::text[])
       with ordinality as e (kind, about, change, lines, hash, n)`,
    [
      awardId,
      problemHash,
      entries.map(({ kind }) => kind),
      entries.map(({ about }) => about),
      entries.map(({ change }) => toJson(change)),
      entries.map(({ lines }) => lines),
      hashes,
    ],
  );
}

/** Notes that a board is complete. @returns false when that was noted before */
export async function noteComplete(
  deed: Deed,
  { awardId, problemHash }: { readonly awardId: string; readonly problemHash: string },
): Promise<boolean> {
  const written: [unknown[], number] = await deed.tx.query(
    `update award_board set completed_at = $3 where award_id = $1 and problem_hash = $2 and completed_at is null`,
    [awardId, problemHash, deed.now],
  );
  return written[1] > 0;
}
