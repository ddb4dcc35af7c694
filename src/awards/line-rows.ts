/** Rows of the lines of an award: all of them are written by two statements, whatever their number. */
import type { EntityManager } from 'typeorm';
import type { PublishedTender } from '../tenders/tenders.queries.js';
import type { Share } from './rules/lines.js';

const COLUMNS = 'award_id, bid_id, line_sequence, line_id, lot_code, tier_code, part_from, quantity';

/**
 * The pool's lines are read behind "offset 0", a fence: the planner would join the cells with one table of the view
 * first, and make every line once per region. $2 is the pool, $3 and $4 regions and tiers, each once.
 */
const LINES = `(select sequence, line_id, region_code, tier_code, quantity from pool_line
  where pool_id = $2 and region_code = any($3::text[]) and tier_code = any($4::text[]) offset 0) l`;

/** Cells that are all of their lot and tier: a line is its bid's because of where it is, and nothing is sorted. */
export async function writeWhole(
  tx: EntityManager,
  awardId: string,
  tender: PublishedTender,
  shares: readonly Share[],
): Promise<void> {
  if (shares.length === 0) return;
  const places = placesOf(tender, shares);
  await tx.query(
    `insert into award_line (${COLUMNS})
     select $1::uuid, c.bid_id, l.sequence, l.line_id, c.lot_code, l.tier_code, 0, l.quantity
     from ${LINES}
       join unnest($5::text[], $6::text[], $7::text[], $8::uuid[]) as c (region_code, tier_code, lot_code, bid_id)
         on c.region_code = l.region_code and c.tier_code = l.tier_code`,
    [
      awardId,
      tender.poolId,
      ...whereOf(places),
      places.map((place) => place.region),
      places.map((place) => place.tier),
      places.map((place) => place.lot),
      places.map((place) => place.bidId),
    ],
  );
}

/** Cells that share a lot and tier: the lines are counted in the order of the pledges, and cut where a cell ends. */
export async function writeParts(
  tx: EntityManager,
  awardId: string,
  tender: PublishedTender,
  shares: readonly Share[],
): Promise<void> {
  if (shares.length === 0) return;
  const first = shares.filter((share, at) => share.lot !== shares[at - 1]?.lot || share.tier !== shares[at - 1]?.tier);
  const places = placesOf(tender, first);
  await tx.query(
    `insert into award_line (${COLUMNS})
     with line as (
       select l.sequence, l.line_id, c.lot_code, l.tier_code, l.quantity,
              sum(l.quantity) over (partition by c.lot_code, l.tier_code order by l.sequence rows unbounded preceding)
                - l.quantity as position
       from ${LINES}
         join unnest($5::text[], $6::text[], $7::text[]) as c (region_code, tier_code, lot_code)
           on c.region_code = l.region_code and c.tier_code = l.tier_code
     ), part as (
       select line.*, s.bid_id, greatest(s.first - position, 0)::integer as part_from,
              least(s.first + s.lines - position, quantity)::integer as part_to
       from line
         join unnest($8::text[], $9::text[], $10::uuid[], $11::integer[], $12::integer[])
           as s (lot_code, tier_code, bid_id, first, lines)
           on s.lot_code = line.lot_code and s.tier_code = line.tier_code
             and position < s.first + s.lines and position + quantity > s.first
     )
     select $1::uuid, bid_id, sequence, line_id, lot_code, tier_code, part_from, part_to - part_from from part`,
    [
      awardId,
      tender.poolId,
      ...whereOf(places),
      places.map((place) => place.region),
      places.map((place) => place.tier),
      places.map((place) => place.lot),
      shares.map((share) => share.lot),
      shares.map((share) => share.tier),
      shares.map((share) => share.bidId),
      shares.map((share) => share.from),
      shares.map((share) => share.lines),
    ],
  );
}

interface Place extends Share {
  readonly region: string;
}

/** Regions and tiers, each once. */
function whereOf(places: readonly Place[]): [regions: string[], tiers: string[]] {
  return [[...new Set(places.map((place) => place.region))], [...new Set(places.map((place) => place.tier))]];
}

/** The cells in each of their regions. */
function placesOf(tender: PublishedTender, shares: readonly Share[]): Place[] {
  const regions = new Map(tender.lots.map((lot) => [lot.code, lot.regions]));
  return shares.flatMap((share) => (regions.get(share.lot) ?? []).map((region) => ({ ...share, region })));
}

/** A cell as its lines in the database add up to it. */
export interface WrittenCell {
  readonly bidId: string;
  readonly lot: string;
  readonly tier: string;
  readonly lines: number;
}

export async function writtenCells(tx: EntityManager, awardId: string): Promise<WrittenCell[]> {
  return tx.query(
    `select bid_id as "bidId", lot_code as lot, tier_code as tier, sum(quantity)::integer as lines
     from award_line where award_id = $1 group by 1, 2, 3`,
    [awardId],
  );
}
