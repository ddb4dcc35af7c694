/** A signed agreement with the lines that its provider won, written straight into the tables of the lower rooms. */
import { randomUUID } from 'node:crypto';
import {
  approvedAward,
  assignLines,
  type LotCell,
  pledgedPool,
  REGION,
  TERM_MONTHS,
  TIER,
  type WantedLine,
} from '../support/approved-award.js';
import type { System } from '../support/system.js';

export interface Wanted {
  readonly lines: readonly WantedLine[];
  readonly tariff?: object;
  /** the whole of every class when left out */
  readonly cells?: readonly LotCell[];
  /** of a pool that was made before */
  readonly poolId?: string;
  /** what has to be there before anybody hears of the agreement */
  readonly before?: (agencyId: string) => Promise<void>;
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

export const OFFER_DAYS = 14;

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

/** A signed agreement that nobody has heard of yet; its lines are given out. */
export async function untoldAgreement(system: System, wanted: Wanted): Promise<SignedAgreement> {
  const poolId = wanted.poolId ?? (await pledgedPool(system, wanted.lines));
  const cells = wanted.cells ?? wholeCells(wanted.lines);
  const award = await approvedAward(system, poolId, [cells]);
  const { awardId, tenderId, approver } = award;
  const [bid] = award.bids;
  if (!bid) throw new Error('nobody bids');
  await assignLines(system, awardId);
  const agreementId = randomUUID();
  const number = `FA-${agreementId.slice(0, 8)}`;
  const now = await system.now();
  const content = {
    number,
    agencyName: 'The agency',
    providerId: bid.providerId,
    providerName: 'Hanaro',
    poolId,
    awardId,
    bidId: bid.bidId,
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
    `insert into framework_agreement (id, sequence, number, award_id, tender_id, pool_id, agency_id, provider_id, bid_id,
       state, version, edition, content_hash, pdf_hash, issued_at, signed_at)
     values ($1, (select count(*) from framework_agreement), $2, $3, $4, $5, $6, $7, $8, 'signed', 1, 1, $9, $9, $10, $10)`,
    [agreementId, number, awardId, tenderId, poolId, approver.organisationId, bid.providerId, bid.bidId, hash, now],
  );
  await source.query(
    `insert into agreement_edition (agreement_id, edition, content, content_hash, pdf, pdf_hash, issued_at)
     values ($1, 1, $2, $3, '', $3, $4)`,
    [agreementId, JSON.stringify(content), hash, now],
  );
  await wanted.before?.(approver.organisationId);
  return { agreementId, poolId, providerId: bid.providerId, number };
}

/** The whole of every class, all in one lot. */
function wholeCells(lines: readonly WantedLine[]): LotCell[] {
  const tiers = new Set(lines.map((line) => line.tier ?? TIER));
  const regions = [...new Set(lines.map((line) => line.region ?? REGION))];
  return [...tiers].map((tier) => {
    const own = lines.filter((line) => (line.tier ?? TIER) === tier);
    return { lot: 'north', tier, from: 0, lines: own.reduce((sum, line) => sum + (line.quantity ?? 1), 0), regions };
  });
}
