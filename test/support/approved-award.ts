/** Approved awards and the pools that they are about, written straight into the tables of the lower rooms. */
import { randomUUID } from 'node:crypto';
import { LinesService } from '../../src/awards/lines.service.js';
import type { AwardCell } from '../../src/awards/rules/award.js';
import { systemActor } from '../../src/kernel/actor.js';
import { Deeds } from '../../src/platform/deeds/deeds.js';
import type { Someone, System } from './system.js';

export interface WantedLine {
  readonly memberId: string;
  readonly associationId?: string;
  readonly site?: string;
  readonly region?: string;
  readonly tier?: string;
  readonly quantity?: number;
  /** firm when given with `firm: true`, else what an interested member would pay at most */
  readonly ceiling?: number;
  readonly firm?: boolean;
  readonly present?: number;
  readonly exitFee?: number;
}

/** A cell, with the regions of its lot. */
export interface LotCell extends AwardCell {
  readonly regions: readonly string[];
}

export interface ApprovedAward {
  readonly awardId: string;
  readonly tenderId: string;
  readonly approver: Someone;
  /** one per winner, in order */
  readonly bids: readonly { readonly bidId: string; readonly providerId: string }[];
}

export const REGION = 'R1';
export const TIER = 'basic';
export const TERM_MONTHS = 24;

/** An award that has just been final, of a tender that no longer keeps its pool from another one. */
export async function approvedAward(
  system: System,
  poolId: string,
  winners: readonly (readonly LotCell[])[],
): Promise<ApprovedAward> {
  const { source } = system;
  const [tenderId, awardId] = [randomUUID(), randomUUID()];
  const approver = await system.someone('approver');
  const now = await system.now();
  const hash = 'ab'.repeat(32);
  await source.query(
    `insert into tender (id, pool_id, title, currency, term_months, auction, bidding_ends_at, content_hash)
     values ($1, $2, 'Lines', 'USD', $3, '{}', $4, $5)`,
    [tenderId, poolId, TERM_MONTHS, now, hash],
  );
  await askedFor(system, tenderId, winners.flat());
  await source.query(
    `update tender set state = 'cancelled', cancelled_at = $2, why_cancelled = 'only the ground of a test' where id = $1`,
    [tenderId, now],
  );
  await source.query(`insert into auction (id, tender_id, state, deadline) values ($1, $1, 'closed', $2)`, [
    tenderId,
    now,
  ]);
  const bids: { bidId: string; providerId: string }[] = [];
  let recommender = approver.personId;
  for (let at = 0; at < winners.length; at += 1) {
    const [bidId, provider] = [randomUUID(), await system.someone('bidder')];
    await source.query(
      `insert into sealed_bid (id, auction_id, provider_id, person_id, sequence, received_at, box, commitment,
         receipt_signature, state) values ($1, $2, $3, $4, 1, $5, '', $6, '', 'opened')`,
      [bidId, tenderId, provider.organisationId, provider.personId, now, hash],
    );
    bids.push({ bidId, providerId: provider.organisationId });
    recommender = provider.personId;
  }
  await source.query(
    `insert into award (id, tender_id, tender_hash, round, state, version, excluded_bids, seconds, allocation,
       explanation, content_hash, approved_hash, prepared_by, recommended_by, approved_by, standstill_ends_at, created_at)
     values ($1, $2, $3, 1, 'final', 1, '[]', 1, $4, '[]', $3, $3, '{}', $5, $6, $7, $7)`,
    [
      awardId,
      tenderId,
      hash,
      JSON.stringify(
        winners.map((cells, at) => ({
          ...bids[at],
          band: 0,
          lines: cells.reduce((sum, cell) => sum + cell.lines, 0),
          heldLines: 0,
          costMinor: 1,
          cells,
        })),
      ),
      recommender,
      approver.personId,
      now,
    ],
  );
  return { awardId, tenderId, approver, bids };
}

/** Gives the lines of an approved award out, as the drafting of its agreements does. */
export async function assignLines({ app }: System, awardId: string): Promise<void> {
  const lines = app.get(LinesService, { strict: false });
  await app.get(Deeds).run(systemActor('test'), 'contracts.draft', null, (deed) => lines.assign(deed, awardId));
}

/** A locked pool of these lines, pledged in this order. */
export async function pledgedPool(system: System, lines: readonly WantedLine[]): Promise<string> {
  const { source } = system;
  const poolId = randomUUID();
  const now = await system.now();
  const sponsor = await system.someone('manager');
  const regions = [...new Set(lines.map((line) => line.region ?? REGION))];
  const tiers = [...new Set(lines.map((line) => line.tier ?? TIER))];
  await source.query(
    'insert into region (code, name) select code, code from unnest($1::text[]) as code on conflict do nothing',
    [regions],
  );
  await source.query(
    `insert into service_tier (code, name, down_mbps, up_mbps, repair_hours)
     select code, code, 100, 100, 24 from unnest($1::text[]) as code on conflict do nothing`,
    [tiers],
  );
  await source.query(
    `insert into pool (id, sponsor_id, title, state, joining_ends_at, due_at, critical_mass, term_months, currency,
       opened_at) values ($1, $2, 'Lines', 'open', $3::timestamptz + interval '1 day', $3::timestamptz + interval '1 day',
       1, $4, 'USD', $3)`,
    [poolId, sponsor.organisationId, now, TERM_MONTHS],
  );
  await source.query('insert into pool_region select $1, unnest($2::text[])', [poolId, regions]);
  await source.query('insert into pool_tier select $1, unnest($2::text[]), 5000', [poolId, tiers]);
  for (const line of lines) {
    const [site, pledge] = [randomUUID(), randomUUID()];
    const [region, quantity] = [line.region ?? REGION, line.quantity ?? 1];
    await source.query('insert into site (id, member_id, reference, name, region_code) values ($1, $2, $3, $3, $4)', [
      site,
      line.memberId,
      line.site ?? `site-${site.slice(0, 8)}`,
      region,
    ]);
    await source.query(
      `insert into pledge (id, pool_id, site_id, member_id, association_id, region_code, commitment, by_member, lines,
         joined_at) values ($1, $2, $3, $4, $5, $6, $7, true, $8, $9)`,
      [
        pledge,
        poolId,
        site,
        line.memberId,
        line.associationId ?? null,
        region,
        line.firm === true ? 'firm' : 'interest',
        quantity,
        now,
      ],
    );
    await source.query(
      `insert into pledge_line (id, pledge_id, tier_code, quantity, ceiling_monthly, present_monthly, exit_fee)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        randomUUID(),
        pledge,
        line.tier ?? TIER,
        quantity,
        line.ceiling ?? null,
        line.present ?? null,
        line.exitFee ?? null,
      ],
    );
  }
  await source.query(
    `update pool set state = 'locked', snapshot_hash = $2, snapshot_salt = 'salt', locked_at = $3 where id = $1`,
    [poolId, 'cd'.repeat(32), now],
  );
  return poolId;
}

/** The lots of the cells, with as many lines as there are, or as the cells reach. */
async function askedFor(system: System, tenderId: string, cells: readonly LotCell[]): Promise<void> {
  const { source } = system;
  for (const lot of new Set(cells.map((cell) => cell.lot))) {
    const own = cells.filter((cell) => cell.lot === lot);
    const regions = [...new Set(own.flatMap((cell) => cell.regions))];
    await source.query(`insert into lot (id, tender_id, code, title) values ($1, $2, $3, $3)`, [
      randomUUID(),
      tenderId,
      lot,
    ]);
    await source.query('insert into lot_region select $1, $2, unnest($3::text[])', [tenderId, lot, regions]);
    await source.query(
      `insert into lot_demand
       select $1, $2, c.tier, 0, greatest(max(c.until), coalesce(sum(l.quantity), 0))
       from unnest($3::text[], $4::integer[]) as c (tier, until) left join pool_line l
         on l.tier_code = c.tier and l.region_code = any($5) and l.pool_id = (select pool_id from tender where id = $1)
       group by c.tier`,
      [tenderId, lot, own.map((cell) => cell.tier), own.map((cell) => cell.from + cell.lines), regions],
    );
  }
}
