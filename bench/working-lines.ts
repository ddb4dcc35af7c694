/** Lines that work under settled agreements of one agency, written straight into the tables: a month's work to bill. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { toJson } from '../src/kernel/canonical.js';

export const CURRENCY = 'KRW';
const AGREEMENTS = 10;
const TIERS = ['basic', 'fast', 'giga'];
const LOTS = 4;

/** A month's days are all worked, so that every line costs its price. */
export interface WorkingLines {
  readonly agencyId: string;
  readonly agreementIds: readonly string[];
  readonly members: number;
}

/** What a line of a tier costs a month in a band, and once. */
const MONTHLY = [30_000, 40_000, 50_000];
const DISCOUNT = 2_000;
export const SETUP = 10_000;

/**
 * Lines of ten agreements, each in the band that it settled in; of ten lines, two are of one member. All have worked
 * since the first day of the month.
 */
export async function workingLines(pool: pg.Pool, lines: number, month: string): Promise<WorkingLines> {
  const client = await pool.connect();
  const agencyId = randomUUID();
  const agreementIds = Array.from({ length: AGREEMENTS }, () => randomUUID());
  try {
    // What the triggers would look up row by row is made here: it fits.
    await client.query('set session_replication_role = replica');
    await client.query(`insert into organisation (id, kind, name) values ($1, 'agency', 'Agency')`, [agencyId]);
    for (const [at, id] of agreementIds.entries()) await agreement(client, id, agencyId, at, lines / AGREEMENTS);
    await client.query(
      `create temporary table working as
       select n, case when n % 10 = 0 then n - 1 else n end as owner, gen_random_uuid() as line
       from generate_series(1, $1::integer) n`,
      [lines],
    );
    await client.query(
      `create temporary table owning as select owner, gen_random_uuid() as member from working group by owner`,
    );
    await client.query(
      `insert into organisation (id, kind, name) select member, 'member', 'Shop ' || owner from owning`,
    );
    await client.query(
      `insert into subscription (id, number, offer_id, agreement_id, line_id, member_id, member_name, site_reference,
         region_code, lot_code, tier_code, quantity, monthly_minor, agreed_monthly, setup_minor, term_months, content_hash,
         state, settled_at, works_on, ends_on)
       select w.line, 'CO-' || lpad(w.n::text, 7, '0'), gen_random_uuid(), ($1::uuid[])[w.n % ${AGREEMENTS} + 1],
         gen_random_uuid(), o.member, 'Shop', 'site', 'R1', 'L' || (w.n / 10) % ${LOTS}, ($2::text[])[w.n % 3 + 1],
         w.n % 3 + 1, ($3::bigint[])[w.n % 3 + 1], ($3::bigint[])[w.n % 3 + 1], ${SETUP}, 36, repeat('ab', 32), 'active',
         $4::date - 1, $4::date, $4::date + interval '36 months'
       from working w join owning o on o.owner = w.owner order by w.n`,
      [agreementIds, TIERS, MONTHLY, `${month}-01`],
    );
    await client.query(
      `insert into service_period (subscription_id, from_on) select line, $1::date from working order by n`,
      [`${month}-01`],
    );
    const { rows } = await client.query<{ members: number }>('select count(*)::int as members from owning');
    await client.query('drop table working, owning');
    await client.query('reset session_replication_role');
    return { agencyId, agreementIds, members: rows[0]?.members ?? 0 };
  } finally {
    client.release();
    await pool.query('vacuum (analyze) organisation, subscription, service_period');
  }
}

/** Settled in its first band; a few more lines than there are would reach the next. */
async function agreement(
  client: pg.PoolClient,
  id: string,
  agencyId: string,
  at: number,
  lines: number,
): Promise<void> {
  const provider = randomUUID();
  const hash = 'ab'.repeat(32);
  const number = `FA-${String(at).padStart(4, '0')}`;
  const prices = (less: number) => Object.fromEntries(TIERS.map((tier, n) => [tier, (MONTHLY[n] ?? 0) - less]));
  const lots = Array.from({ length: LOTS }, (_, n) => `L${n}`);
  const tariff = {
    bands: [
      { from: 1, monthly: prices(0) },
      { from: 10 * Math.ceil(lines), monthly: prices(DISCOUNT) },
    ],
    lots: Object.fromEntries(lots.map((lot) => [lot, { setup: SETUP }])),
    activation: 1_000_000,
  };
  const cells = lots.flatMap((lot) =>
    TIERS.map((tier) => ({ lot, lotTitle: lot, tier, from: 0, lines: 1, regions: [] })),
  );
  const content = {
    number,
    agencyId,
    currency: CURRENCY,
    providerName: 'Provider',
    costMinor: 1,
    openMarket: {},
    tariff,
    cells,
  };
  await client.query(`insert into organisation (id, kind, name) values ($1, 'provider', $2)`, [provider, number]);
  await client.query(
    `insert into framework_agreement (id, sequence, number, award_id, tender_id, pool_id, agency_id, provider_id, bid_id,
       state, version, edition, content_hash, pdf_hash, issued_at, signed_at)
     values ($1, $2, $3, $4, $4, $4, $5, $6, $1, 'signed', 1, 1, $7, $7, now(), now())`,
    [id, at, number, randomUUID(), agencyId, provider, hash],
  );
  await client.query(
    `insert into agreement_edition (agreement_id, edition, content, content_hash, pdf, pdf_hash, issued_at)
     values ($1, 1, $2, $3, '', $3, now())`,
    [id, toJson(content), hash],
  );
  await client.query(
    `insert into offer_round (id, pool_id, provider_id, currency, term_months, state, opened_at, due_at, closed_at, offers,
       offered_lines, at_most_band, expected_band, settled_band, settled_lines)
     values ($1, $2, $3, $4, 36, 'settled', now() - interval '2 days', now() - interval '1 day', now(), 1000000, 1000000,
       0, 0, 0, 1)`,
    [id, randomUUID(), provider, CURRENCY],
  );
}
