/** How a pledge is written: site, pledge and lines in one statement, since a join is mostly waiting for the database. */
import { randomUUID } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical.js';
import type { Minor } from '../kernel/money.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { PledgedLineView, PledgeInput, PledgeView } from './pledges.dto.js';
import type { PledgeWish } from './rules/pledging.js';

/** What a member wants, absent values being null. */
export interface Wish extends PledgeWish {
  readonly site: {
    readonly reference: string;
    readonly name: string;
    readonly address: string | null;
    readonly regionCode: string;
    readonly latitude: number | null;
    readonly longitude: number | null;
  };
  readonly lines: readonly WishedLine[];
}

export interface WishedLine {
  readonly tierCode: string;
  readonly quantity: number;
  readonly ceilingMonthly: Minor | null;
  readonly presentProvider: string | null;
  readonly presentDownMbps: number | null;
  readonly presentMonthly: Minor | null;
  readonly exitFee: Minor | null;
}

export function wishOf({ site, commitment, lines }: PledgeInput): Wish {
  return {
    commitment,
    site: {
      reference: site.reference,
      name: site.name,
      address: site.address ?? null,
      regionCode: site.regionCode,
      latitude: site.latitude ?? null,
      longitude: site.longitude ?? null,
    },
    lines: lines.map((line) => ({
      tierCode: line.tierCode,
      quantity: line.quantity,
      ceilingMonthly: line.ceilingMonthly ?? null,
      presentProvider: line.presentProvider ?? null,
      presentDownMbps: line.presentDownMbps ?? null,
      presentMonthly: line.presentMonthly ?? null,
      exitFee: line.exitFee ?? null,
    })),
  };
}

export function linesIn(wish: Wish): number {
  return wish.lines.reduce((sum, line) => sum + line.quantity, 0);
}

/** Does the pledge say what is wished? */
export function saysTheSame(pledge: PledgeView, { site, commitment, lines }: Wish): boolean {
  const { id: _siteId, ...pledgedSite } = pledge.site;
  const pledgedLines = pledge.lines.map(({ id: _lineId, ...line }) => line);
  const byTier = (all: readonly WishedLine[]) => all.toSorted((a, b) => (a.tierCode < b.tierCode ? -1 : 1));
  const text = (of: Wish) => canonicalJson({ ...of, lines: byTier(of.lines) });
  return (
    text({ site: pledgedSite, commitment: pledge.commitment, lines: pledgedLines }) ===
    text({ site, commitment, lines })
  );
}

const LINE_ARRAYS = (first: number): string =>
  ['uuid', 'text', 'integer', 'bigint', 'text', 'numeric', 'bigint', 'bigint']
    .map((type, i) => `$${first + i}::${type}[]`)
    .join(', ');
const LINE_COLUMNS = `id, tier_code, quantity, ceiling_monthly, present_provider, present_down_mbps, present_monthly, exit_fee`;

const SITE_SET = `name = excluded.name, address = excluded.address, region_code = excluded.region_code,
    latitude = excluded.latitude, longitude = excluded.longitude`;

// The pool's row is shared and asked whether it is open in the statement that writes.
const WRITE = `
  with open as materialized (
    select id from pool where id = $10 and state = 'open' and joining_ends_at > $13 for share
  ), s as (
    insert into site (id, member_id, reference, name, address, region_code, latitude, longitude)
    select $1, $2, $3, $4, $5, $6, $7, $8 from open
    on conflict (member_id, reference) do update set ${SITE_SET}
      where not exists (select from pledge where pool_id = $10 and site_id = site.id)
    returning id
  ), p as (
    insert into pledge (id, pool_id, site_id, member_id, region_code, commitment, by_member, lines, joined_at)
    select $9, $10, s.id, $2, $6, $11, true, $12, $13 from s on conflict (pool_id, site_id) do nothing returning id
  ), l as (
    insert into pledge_line (pledge_id, ${LINE_COLUMNS})
    select p.id, line.* from p cross join unnest(${LINE_ARRAYS(14)}) as line
  )
  select (select id from s) as "siteId", exists (select from p) as pledged from open`;

/**
 * Writes a pledge with its site and lines, if the pool is open and the site not yet pledged in it.
 * @returns what was written, 'closed', or 'pledged'
 */
export async function writePledge(
  deed: Deed,
  poolId: string,
  memberId: string,
  wish: Wish,
): Promise<PledgeView | 'closed' | 'pledged'> {
  const id = randomUUID();
  const lines: PledgedLineView[] = wish.lines.map((line) => ({ id: randomUUID(), ...line }));
  const written: { siteId: string | null; pledged: boolean }[] = await deed.tx.query(WRITE, [
    ...siteValues(memberId, wish),
    id,
    poolId,
    wish.commitment,
    linesIn(wish),
    deed.now,
    ...lineValues(lines),
  ]);
  const [row] = written;
  if (!row) return 'closed';
  if (row.siteId === null || !row.pledged) return 'pledged';
  return {
    id,
    version: 1,
    poolId,
    memberId,
    associationId: null,
    site: { id: row.siteId, ...wish.site },
    commitment: wish.commitment,
    consentStated: false,
    lines,
    joinedAt: deed.now,
  };
}

// What the member decides itself no longer stands on what an association stated.
const REWRITE = `
  with s as (
    insert into site (id, member_id, reference, name, address, region_code, latitude, longitude)
    values ($1, $2, $3, $4, $5, $6, $7, $8)
    on conflict (member_id, reference) do update set ${SITE_SET}
  ), p as (
    update pledge set region_code = $6, commitment = $10, lines = $11, consent_stated = false, by_member = true,
      version = version + 1
    where id = $9
  ), gone as (
    delete from pledge_line where pledge_id = $9 and tier_code <> all($13::text[])
  )
  insert into pledge_line (pledge_id, ${LINE_COLUMNS})
  select $9, line.* from unnest(${LINE_ARRAYS(12)}) as line
  on conflict (pledge_id, tier_code) do update set quantity = excluded.quantity,
    ceiling_monthly = excluded.ceiling_monthly, present_provider = excluded.present_provider,
    present_down_mbps = excluded.present_down_mbps, present_monthly = excluded.present_monthly,
    exit_fee = excluded.exit_fee`;

/** Rewrites a pledge. Lines of a tier that stays keep their place in the order of lines. */
export async function rewritePledge(deed: Deed, pledge: PledgeView, wish: Wish): Promise<void> {
  await deed.tx.query(REWRITE, [
    ...siteValues(pledge.memberId, wish),
    pledge.id,
    wish.commitment,
    linesIn(wish),
    ...lineValues(wish.lines.map((line) => ({ id: randomUUID(), ...line }))),
  ]);
}

function siteValues(memberId: string, { site }: Wish): unknown[] {
  const { reference, name, address, regionCode, latitude, longitude } = site;
  return [randomUUID(), memberId, reference, name, address, regionCode, latitude, longitude];
}

function lineValues(lines: readonly PledgedLineView[]): unknown[] {
  return [
    lines.map((line) => line.id),
    lines.map((line) => line.tierCode),
    lines.map((line) => line.quantity),
    lines.map((line) => line.ceilingMonthly),
    lines.map((line) => line.presentProvider),
    lines.map((line) => line.presentDownMbps),
    lines.map((line) => line.presentMonthly),
    lines.map((line) => line.exitFee),
  ];
}
