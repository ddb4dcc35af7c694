/** Reads what a run bills, some members at a time. Days come as texts: a date of the driver's would be of this zone. */
import type { EntityManager } from 'typeorm';
import { CatalogueQueries } from '../catalogue/catalogue.queries.js';
import type { Month } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import type { AddOn, ServiceCredit } from './rules/charges.js';
import type { BilledLine } from './rules/drafting.js';
import type { GrantScheme, GrantState, Taken } from './rules/grants.js';
import { type Days, endOf } from './rules/months.js';
import type { Rates } from './rules/totals.js';
import { type BandPrices, classKey } from './run-rows.js';

/** Members that are read, billed and committed together. */
export const CHUNK = 2_000;

/** What holds for all members of a run. */
export interface RunFrame {
  readonly id: string;
  readonly agencyId: string;
  readonly currency: string;
  readonly month: Month;
  /** null: it has not started, and is only looked at */
  readonly startedAt: Date | null;
  readonly rates: Rates;
  /** by agreement, in the band of the run */
  readonly prices: ReadonlyMap<string, BandPrices>;
}

export interface MemberFacts {
  readonly memberId: string;
  readonly memberName: string;
  readonly rates: Rates;
  readonly lines: readonly BilledLine[];
  /** lines that it has vouchers for which have paid for none yet, by scheme */
  readonly vouchers: ReadonlyMap<string, number>;
}

interface LineRow {
  readonly subscriptionId: string;
  readonly number: string;
  readonly agreementId: string;
  readonly providerId: string;
  readonly memberId: string;
  readonly pool: string;
  readonly region: string;
  readonly lot: string;
  readonly tier: string;
  readonly quantity: number;
  readonly contractMonthly: Minor;
  readonly setup: Minor;
  readonly billedUntil: string | null;
  readonly joinedBand: number | null;
}

/** Members from one, which does not belong to them, to another one, which does. */
export interface Chunk {
  readonly after: string;
  readonly to: string;
}

/** No id is before it, so that the first chunk is looked up like all others: between two ids. */
const BEFORE = '00000000-0000-0000-0000-000000000000';
/** No id is beyond it: whose line is reported while a run goes on belongs to a chunk, too. */
const BEYOND = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * How the members of a run are parted: in order of their ids, so many who have a line that works, or has worked, at a
 * time. Looked up once, for to look for the next ones again and again would take longer the more there are.
 * @returns where the chunks end, and how many members there are
 */
export async function chunksOf(
  tx: EntityManager,
  { agencyId, currency, month }: Pick<RunFrame, 'agencyId' | 'currency' | 'month'>,
): Promise<{ ends: string[]; members: number }> {
  const rows: { ends: string[] | null; members: number }[] = await tx.query(
    `select array_agg(member_id order by member_id) filter (where place % ${CHUNK} = 0) as ends, count(*)::int as members
     from (
       select member_id, row_number() over (order by member_id) as place from (
         select distinct l.member_id from billable_line l join service_period p on p.subscription_id = l.subscription_id
         where l.agency_id = $1 and l.currency = $2 and p.from_on < $3::date
       ) member
     ) placed`,
    [agencyId, currency, endOf(month)],
  );
  const members = rows[0]?.members ?? 0;
  return { ends: [...(rows[0]?.ends ?? []), BEYOND], members };
}

/** The chunk at a place among those that end so; null when there are no more. */
export function chunkAt(ends: readonly string[], place: number): Chunk | null {
  const to = ends[place];
  return to === undefined ? null : { after: ends[place - 1] ?? BEFORE, to };
}

/** Everything that is to be billed or credited to the members of a chunk, in their order, and what is known of them. */
export async function factsOf(tx: EntityManager, frame: RunFrame, { after, to }: Chunk): Promise<MemberFacts[]> {
  const { agencyId, currency, month } = frame;
  const lines: LineRow[] = await tx.query(
    `select l.subscription_id as "subscriptionId", l.number, l.agreement_id as "agreementId",
       l.provider_id as "providerId", l.member_id as "memberId", a.pool_id as pool, l.region_code as region,
       l.lot_code as lot, l.tier_code as tier, l.quantity, l.contract_monthly as "contractMonthly", l.setup_minor as setup,
       b.billed_until::text as "billedUntil", l.joined_band as "joinedBand"
     from billable_line l join billable_agreement a on a.agreement_id = l.agreement_id
       left join billed_line b on b.subscription_id = l.subscription_id
     where l.member_id > $1 and l.member_id <= $2 and l.agency_id = $3 and l.currency = $4
     order by l.member_id, l.number`,
    [after, to, agencyId, currency],
  );
  if (lines.length === 0) return [];
  const ids = lines.map(({ subscriptionId }) => subscriptionId);
  const end = endOf(month);
  const periods = bySubscription<Days>(
    await tx.query(
      `select p.subscription_id as "subscriptionId", p.from_on::text as from, p.until_on::text as until
       from service_period p left join billed_line b on b.subscription_id = p.subscription_id
       where p.subscription_id = any($1) and p.from_on < $2::date
         and (p.until_on is null or p.until_on > coalesce(b.billed_until, p.from_on))`,
      [ids, end],
    ),
  );
  const addOns = bySubscription<AddOn>(
    await tx.query(
      `select o.subscription_id as "subscriptionId", o.order_id as "orderId", o.name, o.quantity,
         o.monthly_minor as monthly, o.from_on::text as from, o.until_on::text as until
       from billable_add_on o left join billed_line b on b.subscription_id = o.subscription_id
       where o.subscription_id = any($1) and o.from_on < $2::date
         and (o.until_on is null or o.until_on > coalesce(b.billed_until, o.from_on))
       order by o.code, o.order_id, o.from_on`,
      [ids, end],
    ),
  );
  const credits = bySubscription<ServiceCredit>(
    (
      await tx.query<(Omit<ServiceCredit, 'earlier'> & { subscriptionId: string; worth: Minor | null; used: Minor })[]>(
        `select c.id as "creditId", c.subscription_id as "subscriptionId", c.reason, c.days,
           c.happened_on::text as "happenedOn", u.worth_minor as worth, u.used_minor as used
         from service_credit c left join used_service_credit u on u.credit_id = c.id
         where c.subscription_id = any($1) and c.happened_on < $2::date and (u.used_minor is null or u.used_minor < u.worth_minor)`,
        [ids, end],
      )
    ).map(({ worth, used, ...credit }) => ({ ...credit, earlier: worth === null ? null : { worth, used } })),
  );
  const about = await aboutMembers(tx, frame, [...new Set(lines.map(({ memberId }) => memberId))]);
  const owned = new Map<string, BilledLine[]>();
  for (const row of lines) {
    const own = periods.get(row.subscriptionId);
    const of = frame.prices.get(row.agreementId);
    // A line may be reported while a run goes on that has no band for its agreement, or a worse one than it was contracted
    // in: the next run bills it.
    const open = credits.get(row.subscriptionId);
    if ((!own && !open) || !of || (row.joinedBand ?? 0) > of.band) continue;
    const price = of.prices.get(classKey(row.lot, row.tier));
    if (price === undefined) throw new Error(`line ${row.number} has no price in its agreement`);
    const { memberId, lot: _class, quantity, contractMonthly, setup, billedUntil, joinedBand: _band, ...rest } = row;
    const line: BilledLine = {
      ...rest,
      line: { quantity, contractMonthly, setup, billedUntil },
      price,
      periods: own ?? [],
      addOns: addOns.get(row.subscriptionId) ?? [],
      credits: open ?? [],
    };
    const before = owned.get(memberId);
    if (before) before.push(line);
    else owned.set(memberId, [line]);
  }
  return [...owned].map(([memberId, its]) => ({
    memberId,
    memberName: about.names.get(memberId) ?? '',
    rates: { ...frame.rates, taxBp: about.taxes.get(memberId) ?? frame.rates.taxBp },
    lines: its,
    vouchers: about.vouchers.get(memberId) ?? new Map<string, number>(),
  }));
}

interface AboutMembers {
  readonly names: ReadonlyMap<string, string>;
  readonly taxes: ReadonlyMap<string, number>;
  readonly vouchers: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

async function aboutMembers(tx: EntityManager, frame: RunFrame, members: readonly string[]): Promise<AboutMembers> {
  const [taxes, of] =
    frame.startedAt === null ? ['member_tax t on t.agency_id', frame.agencyId] : ['run_tax t on t.run_id', frame.id];
  const rows: { id: string; name: string; taxBp: number | null }[] = await tx.query(
    `select o.id, o.name, t.tax_bp as "taxBp" from organisation o left join ${taxes} = $2 and t.member_id = o.id
     where o.id = any($1)`,
    [members, of],
  );
  const redeemed: { memberId: string; schemeId: string; lines: number }[] = await tx.query(
    `select v.member_id as "memberId", v.scheme_id as "schemeId", (v.lines - coalesce((
       select sum(used.lines) from (
         select max(g.lines) as lines from invoice i join invoice_grant g on g.invoice_id = i.id
         where i.member_id = v.member_id and g.scheme_id = v.scheme_id group by g.subscription_id) used), 0))::int as lines
     from grant_voucher v join grant_scheme s on s.id = v.scheme_id
     where v.member_id = any($1) and s.agency_id = $2 and s.currency = $3 and v.redeemed_at is not null`,
    [members, frame.agencyId, frame.currency],
  );
  const vouchers = new Map<string, Map<string, number>>();
  for (const { memberId, schemeId, lines } of redeemed) {
    vouchers.set(memberId, (vouchers.get(memberId) ?? new Map<string, number>()).set(schemeId, lines));
  }
  return {
    names: new Map(rows.map(({ id, name }) => [id, name])),
    taxes: new Map(rows.flatMap(({ id, taxBp }): [string, number][] => (taxBp === null ? [] : [[id, taxBp]]))),
    vouchers,
  };
}

const NOTHING_TAKEN: Taken = { months: 0, lines: 0 };

/** Schemes that still pay, in their order, and what is left of their budgets. */
export interface Schemes {
  readonly schemes: readonly GrantScheme[];
  readonly budgets: Map<string, Minor>;
}

/**
 * Those made while a run goes on are not its own: else they would pay only for whoever comes late in it. A region that a
 * scheme names stands for all that are below it.
 * @param lock nobody else may spend of the budgets until the deed ends
 */
export async function schemesOf(
  tx: EntityManager,
  catalogue: CatalogueQueries,
  frame: RunFrame,
  lock: boolean,
): Promise<Schemes> {
  const rows: (Omit<GrantScheme, 'regions'> & { regions: readonly string[] | null; left: Minor })[] = await tx.query(
    `select id, regions, tiers, pools, by_voucher as "byVoucher", line_minor as "perLine", months,
       from_month as "fromMonth", budget_minor - granted_minor as left
     from grant_scheme where agency_id = $1 and currency = $2 and state = 'open' and granted_minor < budget_minor
       and from_month <= $3 and made_at <= coalesce($4, made_at) order by sequence ${lock ? 'for update' : ''}`,
    [frame.agencyId, frame.currency, frame.month, frame.startedAt],
  );
  const named = rows.flatMap(({ regions }) => regions ?? []);
  const within = named.length === 0 ? new Map<string, string[]>() : await catalogue.regionsWithin(tx, named);
  return {
    schemes: rows.map(({ left: _left, regions, ...scheme }) => ({
      ...scheme,
      regions: regions && new Set(regions.flatMap((code) => within.get(code) ?? [code])),
    })),
    budgets: new Map(rows.map(({ id, left }) => [id, left])),
  };
}

/** What schemes have paid for lines before: `taken` of a GrantState. */
export async function takenBefore(
  tx: EntityManager,
  { schemes }: Schemes,
  facts: readonly MemberFacts[],
): Promise<GrantState['taken']> {
  if (schemes.length === 0) return () => NOTHING_TAKEN;
  const rows: (Taken & { key: string })[] = await tx.query(
    `select scheme_id || ' ' || subscription_id as key, sum(months)::int as months, max(lines) as lines from invoice_grant
     where scheme_id = any($1) and subscription_id = any($2) group by 1`,
    [schemes.map(({ id }) => id), facts.flatMap(({ lines }) => lines.map(({ subscriptionId }) => subscriptionId))],
  );
  const taken = new Map(rows.map((row) => [row.key, row]));
  return (schemeId, subscriptionId) => taken.get(`${schemeId} ${subscriptionId}`) ?? NOTHING_TAKEN;
}

function bySubscription<T>(rows: readonly (T & { readonly subscriptionId: string })[]): Map<string, T[]> {
  const grouped = new Map<string, T[]>();
  for (const row of rows) {
    const before = grouped.get(row.subscriptionId);
    if (before) before.push(row);
    else grouped.set(row.subscriptionId, [row]);
  }
  return grouped;
}
