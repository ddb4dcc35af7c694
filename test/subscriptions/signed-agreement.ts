/** A signed agreement with the lines that its provider won, written straight into the tables of the lower rooms. */
import { randomUUID } from 'node:crypto';
import type { System } from '../support/system.js';

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

export interface Wanted {
  readonly lines: readonly WantedLine[];
  readonly tariff?: object;
  /** the whole of every class when left out */
  readonly cells?: readonly { lot: string; tier: string; from: number; lines: number; regions: string[] }[];
  /** of a pool that was made before */
  readonly poolId?: string;
}

/** 40.00 from the first line, 30.00 from the tenth, 25.00 from the twentieth, at least three. */
export const TARIFF = {
  bands: [
    { from: 1, monthly: { basic: 4_000 } },
    { from: 10, monthly: { basic: 3_000 } },
    { from: 20, monthly: { basic: 2_500 } },
  ],
  lots: { north: { setup: 1_000 } },
  minimumLines: 3,
};

const REGION = 'R1';
const TIER = 'basic';

export const OFFER_DAYS = 14;
export const TERM_MONTHS = 24;

export interface SignedAgreement {
  readonly agreementId: string;
  readonly poolId: string;
  readonly providerId: string;
  readonly number: string;
}

/** Makes the agreement and lets its signing be known; the offers are there when this answers. */
export async function signedAgreement(system: System, wanted: Wanted): Promise<SignedAgreement> {
  const agreement = await untoldAgreement(system, wanted);
  await system.source.query(`select announce('contracts.signed', $1, array['subscriptions.make-offers'])`, [
    { agreementId: agreement.agreementId },
  ]);
  await system.settled();
  return agreement;
}

/** A signed agreement that nobody has heard of yet. */
export async function untoldAgreement(system: System, wanted: Wanted): Promise<SignedAgreement> {
  const poolId = wanted.poolId ?? (await pledged(system, wanted.lines));
  const [provider, approver] = [await system.someone('bidder'), await system.someone('approver')];
  const [agreementId, tenderId, awardId, bidId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const number = `FA-${agreementId.slice(0, 8)}`;
  const now = await system.now();
  const cells = wanted.cells ?? wholeCells(wanted.lines);
  const content = {
    number,
    agencyName: 'The agency',
    providerId: provider.organisationId,
    providerName: 'Hanaro',
    poolId,
    currency: 'USD',
    termMonths: TERM_MONTHS,
    offerDays: OFFER_DAYS,
    heldLines: 0,
    tariff: wanted.tariff ?? TARIFF,
    lines: cells.reduce((sum, cell) => sum + cell.lines, 0),
    cells,
    costMinor: 1,
    openMarket: { basic: 5_000 },
  };
  const hash = 'ab'.repeat(32);
  const { source } = system;
  await source.query(
    `insert into tender (id, pool_id, title, currency, term_months, auction, state, cancelled_at, why_cancelled)
     values ($1, $2, 'Lines', 'USD', $3, '{}', 'cancelled', $4, 'only the ground of a test')`,
    [tenderId, poolId, TERM_MONTHS, now],
  );
  await source.query(`insert into auction (id, tender_id, state, deadline) values ($1, $1, 'closed', $2)`, [
    tenderId,
    now,
  ]);
  await source.query(
    `insert into sealed_bid (id, auction_id, provider_id, person_id, sequence, received_at, box, commitment,
       receipt_signature, state) values ($1, $2, $3, $4, 1, $5, '', $6, '', 'opened')`,
    [bidId, tenderId, provider.organisationId, provider.personId, now, hash],
  );
  // The award has just been final: that is where an agreement can fall through to.
  await source.query(
    `insert into award (id, tender_id, tender_hash, round, state, version, excluded_bids, seconds, allocation,
       explanation, content_hash, approved_hash, prepared_by, recommended_by, approved_by, standstill_ends_at, created_at)
     values ($1, $2, $3, 1, 'final', 1, '[]', 1, $4, '[]', $3, $3, '{}', $5, $6, $7, $7)`,
    [
      awardId,
      tenderId,
      hash,
      JSON.stringify([
        {
          bidId,
          providerId: provider.organisationId,
          band: 0,
          lines: content.lines,
          heldLines: 0,
          costMinor: 1,
          cells,
        },
      ]),
      provider.personId,
      approver.personId,
      now,
    ],
  );
  await source.query(
    `insert into framework_agreement (id, sequence, number, award_id, tender_id, pool_id, agency_id, provider_id, bid_id,
       state, version, edition, content_hash, pdf_hash, issued_at, signed_at)
     values ($1, (select count(*) from framework_agreement), $2, $3, $4, $5, $6, $7, $8, 'signed', 1, 1, $9, $9, $10, $10)`,
    [
      agreementId,
      number,
      awardId,
      tenderId,
      poolId,
      approver.organisationId,
      provider.organisationId,
      bidId,
      hash,
      now,
    ],
  );
  await source.query(
    `insert into agreement_edition (agreement_id, edition, content, content_hash, pdf, pdf_hash, issued_at)
     values ($1, 1, $2, $3, '', $3, $4)`,
    [agreementId, JSON.stringify(content), hash, now],
  );
  return { agreementId, poolId, providerId: provider.organisationId, number };
}

async function pledged(system: System, lines: readonly WantedLine[]): Promise<string> {
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

/** The whole of every class, all in one lot. */
function wholeCells(lines: readonly WantedLine[]): NonNullable<Wanted['cells']> {
  const tiers = new Set(lines.map((line) => line.tier ?? TIER));
  const regions = [...new Set(lines.map((line) => line.region ?? REGION))];
  return [...tiers].map((tier) => {
    const own = lines.filter((line) => (line.tier ?? TIER) === tier);
    return { lot: 'north', tier, from: 0, lines: own.reduce((sum, line) => sum + (line.quantity ?? 1), 0), regions };
  });
}
