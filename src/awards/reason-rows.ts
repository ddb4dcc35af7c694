/** Rows of why each lot of an award went where it went. */
import type { EntityManager } from 'typeorm';
import { lotWords, type Told } from '../allocation/rules/lot-words.js';
import type { LotReason } from '../allocation/rules/lots.js';
import { alternativeOf, bidOf } from '../auctions/rules/tariff-id.js';
import type { Minor } from '../kernel/money.js';
import type { Question } from './question-rows.js';
import { callBids } from './rules/explanation.js';

export interface ReasonRow {
  readonly position: number;
  readonly lot: string;
  readonly tier: string | null;
  readonly bidId: string;
  readonly providerId: string;
  readonly alternative: string | null;
  readonly lines: number;
  readonly wonLines: number;
  readonly costMinor: Minor;
  readonly runnerUpBidId: string | null;
  readonly runnerUpProviderId: string | null;
  readonly runnerUpAlternative: string | null;
  readonly runnerUpCostMinor: Minor | null;
  readonly awayAtLeastMinor: Minor | null;
  readonly awayAtMostMinor: Minor | null;
  readonly awayProved: boolean | null;
  readonly words: string;
}

/** What reasons need to know of what was asked, to be written. */
export interface Telling extends Told {
  /** by bid, as the problem names it */
  readonly providers: ReadonlyMap<string, string>;
}

/** @param names of providers, by id */
export function tellingOf({ problem }: Pick<Question, 'problem'>, names: ReadonlyMap<string, string>): Telling {
  const providers = new Map(problem.bids.map(({ id, provider }) => [id, provider]));
  const called = callBids(problem.bids);
  const nameOf = (bid: string): string => {
    const name = names.get(providers.get(bid) ?? '');
    return name === undefined ? bid : called(bid, name);
  };
  return { problem, providers, nameOf };
}

/** Writes the reasons of an evaluation, in its deed; they are never written again. */
export async function writeReasons(
  tx: EntityManager,
  awardId: string,
  reasons: readonly LotReason[],
  told: Telling,
): Promise<void> {
  const providerOf = (bid: string | undefined) => told.providers.get(bid ?? '') ?? null;
  await tx.query(
    `insert into award_lot_reason (award_id, position, lot_code, tier_code, bid_id, provider_id, lines, won_lines,
       cost_minor, runner_up_bid_id, runner_up_provider_id, runner_up_cost_minor, away_at_least_minor,
       away_at_most_minor, away_proved, words, alternative, runner_up_alternative)
     select $1::uuid, r.n - 1, r.lot, r.tier, r.bid, r.provider, r.lines, r.won, r.cost, r.other, r.other_provider,
       r.other_cost, r.least, r.most, r.proved, r.words, r.alternative, r.other_alternative
     from unnest($2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::int[], $7::int[], $8::bigint[], $9::uuid[],
       $10::uuid[], $11::bigint[], $12::bigint[], $13::bigint[], $14::boolean[], $15::text[], $16::text[], $17::text[])
       with ordinality as r (lot, tier, bid, provider, lines, won, cost, other, other_provider, other_cost, least, most,
         proved, words, alternative, other_alternative, n)`,
    [
      awardId,
      reasons.map(({ lot }) => lot),
      reasons.map(({ tier }) => tier),
      reasons.map(({ bid }) => bidOf(bid)),
      reasons.map(({ bid }) => providerOf(bid)),
      reasons.map(({ lines }) => lines),
      reasons.map(({ wonLines }) => wonLines),
      reasons.map(({ costMinor }) => costMinor),
      reasons.map(({ runnerUp }) => (runnerUp ? bidOf(runnerUp.bid) : null)),
      reasons.map(({ runnerUp }) => providerOf(runnerUp?.bid)),
      reasons.map(({ runnerUp }) => runnerUp?.costMinor ?? null),
      reasons.map(({ away }) => away?.atLeastMinor ?? null),
      reasons.map(({ away }) => away?.atMostMinor ?? null),
      reasons.map(({ away }) => away?.proved ?? null),
      reasons.map((reason) => lotWords(reason, told)),
      reasons.map(({ bid }) => alternativeOf(bid)),
      reasons.map(({ runnerUp }) => (runnerUp ? alternativeOf(runnerUp.bid) : null)),
    ],
  );
}

/** Reasons behind a position, as exact as they are known, in the order of lots, tiers and receipt. */
export async function reasonRows(
  tx: EntityManager,
  of: {
    readonly awardId: string;
    readonly lot: string | undefined;
    readonly after: number;
    readonly limit: number;
  },
): Promise<ReasonRow[]> {
  return tx.query(
    `select r.position, r.lot_code as lot, r.tier_code as tier, r.bid_id as "bidId", r.provider_id as "providerId",
            r.alternative, r.runner_up_alternative as "runnerUpAlternative", r.lines, r.won_lines as "wonLines", r.cost_minor as "costMinor", r.runner_up_bid_id as "runnerUpBidId",
            r.runner_up_provider_id as "runnerUpProviderId", r.runner_up_cost_minor as "runnerUpCostMinor",
            coalesce(x.at_least_minor, r.away_at_least_minor) as "awayAtLeastMinor",
            case when x.award_id is null then r.away_at_most_minor else x.at_most_minor end as "awayAtMostMinor",
            coalesce(x.proved, r.away_proved) as "awayProved", coalesce(x.words, r.words) as words
     from award_lot_reason r left join award_lot_away x using (award_id, position)
     where r.award_id = $1 and ($2::text is null or r.lot_code = $2) and r.position > $3
     order by r.position limit $4`,
    [of.awardId, of.lot ?? null, of.after, of.limit],
  );
}
