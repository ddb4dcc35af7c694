/** Rows of scenario boards as they are read: without what only the solver needs. */
import type { EntityManager } from 'typeorm';
import type { ProblemRules, ResultStatus } from '../allocation/rules/problem.js';
import type { Minor } from '../kernel/money.js';
import type { EntryKind, LeftOut } from './rules/board.js';

export interface BoardHead {
  readonly madeAt: Date;
  readonly completedAt: Date | null;
  readonly leftOut: LeftOut;
  readonly currency: string;
  readonly termMonths: number;
  readonly rules: ProblemRules;
  /** the bids that take part, in the order of the problem */
  readonly bids: readonly { readonly id: string; readonly provider: string }[];
  readonly lots: readonly string[];
}

export interface EntryRow {
  readonly kind: EntryKind;
  readonly about: string;
  readonly lines: number;
  /** null while it waits for its answer */
  readonly status: ResultStatus | null;
  readonly totalMinor: Minor | null;
  readonly boundMinor: Minor | null;
  readonly awards: readonly { readonly bid: string; readonly lines: number }[];
  readonly explanation: readonly string[];
}

export interface GapRow {
  /** position of the bid's entry on the board, and of the gap among the bid's */
  readonly entry: number;
  readonly position: number;
  readonly bid: string;
  readonly lot: string;
  readonly tier: string | null;
  readonly lines: number;
  readonly gapMinor: Minor | null;
  readonly atLeastMinor: Minor;
  readonly proved: boolean;
  /** whether a proof was asked for by itself */
  readonly proof: 'none' | 'waiting' | 'done';
  /** the longest the search might take, once there was one */
  readonly triedSeconds: number | null;
}

export async function boardHead(tx: EntityManager, awardId: string, problemHash: string): Promise<BoardHead | null> {
  const rows: BoardHead[] = await tx.query(
    `select made_at as "madeAt", completed_at as "completedAt", left_out as "leftOut",
            problem ->> 'currency' as currency, (problem ->> 'termMonths')::int as "termMonths", problem -> 'rules' as rules,
            (select jsonb_agg(jsonb_build_object('id', bid ->> 'id', 'provider', bid ->> 'provider') order by n)
             from jsonb_array_elements(problem -> 'bids') with ordinality as b (bid, n)) as bids,
            jsonb_path_query_array(problem, '$.lots[*].id') as lots
     from award_board where award_id = $1 and problem_hash = $2`,
    [awardId, problemHash],
  );
  return rows[0] ?? null;
}

/** The scenarios and the points of the curve, in the order of the board. */
export async function entryRows(tx: EntityManager, awardId: string, problemHash: string): Promise<EntryRow[]> {
  return tx.query(
    `select e.kind, e.about, e.lines, s.status, s.total_minor as "totalMinor", s.bound_minor as "boundMinor",
            coalesce((select jsonb_agg(jsonb_build_object('bid', a -> 'bid', 'lines', a -> 'lines'))
                      from jsonb_array_elements(s.awards) a), '[]') as awards,
            coalesce(s.explanation, '[]') as explanation
     from award_board_entry e join award_solve s using (input_hash)
     where e.award_id = $1 and e.problem_hash = $2 and e.kind <> 'gaps' order by e.position`,
    [awardId, problemHash],
  );
}

/** Gaps in the order of the board, behind a place, as exact as they are known. */
export async function gapRows(
  tx: EntityManager,
  of: {
    readonly awardId: string;
    readonly problemHash: string;
    readonly bidId: string | undefined;
    readonly after: readonly [entry: number, gap: number];
    readonly limit: number;
  },
): Promise<GapRow[]> {
  return tx.query(
    `select e.position as entry, g.position, e.about as bid, g.lot_code as lot, g.tier_code as tier, g.lines,
            case when p.solved_at is null then g.gap_minor else p.gap_minor end as "gapMinor",
            coalesce(p.at_least_minor, g.at_least_minor) as "atLeastMinor", coalesce(p.proved, g.proved) as proved,
            case when p.asked_at is null then 'none' when p.solved_at is null then 'waiting' else 'done' end as proof,
            p.seconds as "triedSeconds"
     from award_board_entry e join award_gap g using (input_hash)
       left join award_gap_proof p on p.input_hash = g.input_hash and p.position = g.position
     where e.award_id = $1 and e.problem_hash = $2 and e.kind = 'gaps' and ($3::text is null or split_part(e.about, '/', 1) = $3)
       and (e.position, g.position) > ($4::int, $5::int)
     order by e.position, g.position limit $6`,
    [of.awardId, of.problemHash, of.bidId ?? null, ...of.after, of.limit],
  );
}
