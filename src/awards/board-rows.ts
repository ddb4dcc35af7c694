/** Rows of scenario boards: their entries, what these ask of the solver, and what it answers. */
import type { EntityManager } from 'typeorm';
import type { Gap } from '../allocation/rules/gaps.js';
import type { Problem, Result } from '../allocation/rules/problem.js';
import { toJson } from '../kernel/canonical.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { sha256 } from '../platform/keys/keys.js';
import type { Award } from './award.entity.js';
import { boardCompleted, solveAsked } from './awards.events.js';
import { type Board, type BoardEntry, type Change, questionsIn } from './rules/board.js';

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
    `select b.problem_hash, count(s.solved_at)::int as done, count(*)::int as total,
            b.completed_at is not null as complete
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
  const fresh = await writeSolves(deed, sorted, award, hashOf({ percent: 100 }));
  await writeEntries(deed, of, board.entries, hashes);
  for (const inputHash of new Set(hashes)) if (fresh.has(inputHash)) await deed.announce(solveAsked, { inputHash });
  // Held until the deed ends: an answer that is not there yet comes when this board can be seen, and completes it.
  await deed.tx.query('select 1 from award_solve where input_hash = any($1) order by input_hash for share', [sorted]);
  await announceComplete(deed, of);
}

/**
 * Rows of what is asked. The award's own problem comes with the answer that the evaluation gave.
 * @param sorted of two boards that ask the same, one waits for the other, and not each for the other
 * @returns those that wait for an answer, and that nobody asked before
 */
async function writeSolves(
  deed: Deed,
  sorted: readonly string[],
  { solverStatus, totalMinor, boundMinor, winners, explanation }: Award,
  own: string,
): Promise<Set<string>> {
  const awards = winners.map(({ bidId, band, lines, costMinor }) => ({ bid: bidId, band, lines, costMinor }));
  const fresh: { input_hash: string; solved_at: Date | null }[] = await deed.tx.query(
    `insert into award_solve (input_hash, status, total_minor, bound_minor, awards, explanation, solved_at)
     select asked.hash, own.status, own.total, own.bound, own.awards, own.explanation, own.at
     from unnest($1::text[]) as asked (hash)
       left join (values ($2::text, $3::text, $4::bigint, $5::bigint, $6::jsonb, $7::jsonb, $8::timestamptz))
         as own (hash, status, total, bound, awards, explanation, at) using (hash)
     order by asked.hash on conflict do nothing returning input_hash, solved_at`,
    [sorted, own, solverStatus, totalMinor, boundMinor, toJson(awards), toJson(explanation), deed.now],
  );
  return new Set(fresh.filter((row) => row.solved_at === null).map((row) => row.input_hash));
}

/** What a solve is about, while it has no answer. */
export interface OpenSolve {
  /** as JSON has it: its amounts are not read yet */
  readonly problem: Problem;
  readonly change: Change;
}

/** What is to be solved; null when it has been. Any board that asks it tells. */
export async function openSolve(tx: EntityManager, inputHash: string): Promise<OpenSolve | null> {
  const rows: OpenSolve[] = await tx.query(
    `select b.problem, e.change from award_solve s join award_board_entry e using (input_hash)
       join award_board b using (award_id, problem_hash)
     where s.input_hash = $1 and s.solved_at is null limit 1`,
    [inputHash],
  );
  return rows[0] ?? null;
}

/** What the solver answered. */
export interface Solved {
  readonly result: Result;
  readonly gaps: readonly Gap[];
}

/** Writes an answer down, once, and announces the boards that it was the last for. */
export async function writeAnswer(deed: Deed, inputHash: string, { result, gaps }: Solved): Promise<void> {
  const { status, totalMinor, boundMinor, awards, explanation } = result;
  const written: [unknown[], number] = await deed.tx.query(
    `update award_solve set status = $2, total_minor = $3, bound_minor = $4, awards = $5, explanation = $6, solved_at = $7
     where input_hash = $1 and solved_at is null`,
    [inputHash, status, totalMinor, boundMinor, toJson(awards), toJson(explanation), deed.now],
  );
  if (written[1] === 0) return;
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
  // Of two answers that are the last of a board, the second waits here for the first, and then sees it.
  const boards: { awardId: string; problemHash: string }[] = await deed.tx.query(
    `select award_id as "awardId", problem_hash as "problemHash" from award_board b
     where exists (select from award_board_entry e
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
     where e.award_id = $1 and e.problem_hash = $2 and s.solved_at is null limit 1`,
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
