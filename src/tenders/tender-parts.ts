/** The rows a tender consists of besides its own: lots, their regions, price caps, and the demand frozen at publication. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Minor } from '../kernel/money.js';
import type { DemandByTier } from './rules/lot-demand.js';
import type { Lines, Lot } from './rules/terms.js';

/** The lots of a tender by code, with their regions by code. */
export async function readLots(tx: EntityManager, tenderId: string): Promise<Lot[]> {
  return tx.query(
    `select l.code, l.title, array(select r.region_code from lot_region r
       where r.tender_id = l.tender_id and r.lot_code = l.code order by r.region_code collate "C") as regions
     from lot l where l.tender_id = $1 order by l.code collate "C"`,
    [tenderId],
  );
}

/** Replaces the lots of a draft. */
export async function writeLots(tx: EntityManager, tenderId: string, lots: readonly Lot[]): Promise<void> {
  await tx.query('delete from lot where tender_id = $1', [tenderId]);
  await tx.query(
    `insert into lot (id, tender_id, code, title)
     select id, $1, code, title from unnest($2::uuid[], $3::text[], $4::text[]) as given (id, code, title)`,
    [tenderId, lots.map(() => randomUUID()), lots.map((lot) => lot.code), lots.map((lot) => lot.title)],
  );
  const regions = lots.flatMap((lot) => lot.regions.map((region) => [lot.code, region] as const));
  await tx.query(
    `insert into lot_region (tender_id, lot_code, region_code)
     select $1, lot, region from unnest($2::text[], $3::text[]) as given (lot, region)`,
    [tenderId, regions.map(([lot]) => lot), regions.map(([, region]) => region)],
  );
}

/** The most a line may cost a month, by tier. */
export async function readCaps(tx: EntityManager, tenderId: string): Promise<Record<string, Minor>> {
  const rows: { tier: string; cap: Minor }[] = await tx.query(
    'select tier_code as tier, monthly_minor as cap from price_cap where tender_id = $1 order by tier_code collate "C"',
    [tenderId],
  );
  return Object.fromEntries(rows.map(({ tier, cap }) => [tier, cap]));
}

/** Replaces the price caps of a draft. */
export async function writeCaps(
  tx: EntityManager,
  tenderId: string,
  caps: Readonly<Record<string, Minor>>,
): Promise<void> {
  await tx.query('delete from price_cap where tender_id = $1', [tenderId]);
  await tx.query(
    `insert into price_cap (tender_id, tier_code, monthly_minor)
     select $1, tier, cap from unnest($2::text[], $3::bigint[]) as given (tier, cap)`,
    [tenderId, Object.keys(caps), Object.values(caps).map(String)],
  );
}

/** The demand frozen at publication, by lot. */
export async function readDemand(tx: EntityManager, tenderId: string): Promise<Map<string, DemandByTier>> {
  const rows: { lot: string; tier: string; firm: number; interest: number }[] = await tx.query(
    `select lot_code as lot, tier_code as tier, firm_lines as firm, interest_lines as interest
     from lot_demand where tender_id = $1 order by lot_code collate "C", tier_code collate "C"`,
    [tenderId],
  );
  const byLot = new Map<string, Record<string, Lines>>();
  for (const { lot, tier, firm, interest } of rows) {
    byLot.set(lot, { ...byLot.get(lot), [tier]: { firm, interest } });
  }
  return byLot;
}

/** Writes the demand of a tender that is about to be published. */
export async function freezeDemand(
  tx: EntityManager,
  tenderId: string,
  demand: ReadonlyMap<string, DemandByTier>,
): Promise<void> {
  const cells = [...demand].flatMap(([lot, tiers]) =>
    Object.entries(tiers).map(([tier, lines]) => ({ lot, tier, ...lines })),
  );
  await tx.query(
    `insert into lot_demand (tender_id, lot_code, tier_code, firm_lines, interest_lines)
     select $1, lot, tier, firm, interest
     from unnest($2::text[], $3::text[], $4::int[], $5::int[]) as given (lot, tier, firm, interest)`,
    [
      tenderId,
      cells.map(({ lot }) => lot),
      cells.map(({ tier }) => tier),
      cells.map(({ firm }) => firm),
      cells.map(({ interest }) => interest),
    ],
  );
}
