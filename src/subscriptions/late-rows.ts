/** Rows of late joining: what is there to join, and the contracts of those who do. */
import type { EntityManager } from 'typeorm';
import type { AgreementTerms } from '../contracts/contracts.queries.js';
import type { Day } from '../kernel/calendar.js';
import type { Minor } from '../kernel/money.js';
import { planFor } from '../platform/database/many-rows.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { CONTENT_HASH, contractNumber, MEMBER_NAME } from './call-off-sql.js';
import { ADDRESS, SITE_OF_LINE } from './place-sql.js';
import { callOffPieces } from './rules/call-off.js';
import { type ClassLines, type JoinableTerms, latePrice } from './rules/late-joining.js';
import { PRESENT } from './rules/subscription-lifecycle.js';

/** A settled agreement with what was agreed, and what its lines reached. */
export interface RunningAgreement extends JoinableTerms {
  readonly terms: AgreementTerms;
  /** the last day of late joining; null when it was never opened */
  readonly until: Day | null;
}

/** Lines about to join. */
export interface Joining {
  readonly memberId: string;
  readonly associationId: string | null;
  readonly site: string;
  readonly region: string;
  readonly lot: string;
  readonly tier: string;
  readonly quantity: number;
  readonly upTo: Minor;
  readonly address: string | null;
}

/** Lines that a member has at a site already. */
export interface JoinedBefore {
  readonly id: string;
  readonly memberId: string;
  readonly site: string;
  readonly tier: string;
  readonly quantity: number;
  /** where they are installed, as their lists tell it: whoever may see a line may see this */
  readonly address: string | null;
  /** its member has told it, or pledged its site with it */
  readonly addressOfMember: boolean;
  /** the association that joined with them later */
  readonly joinedBy: string | null;
  /** they still count */
  readonly present: boolean;
}

/** Whether and until when a settled agreement can be joined; null when it has not settled. */
export async function readJoining(
  tx: EntityManager,
  agreementId: string,
): Promise<{ readonly settledBand: number; readonly until: Day | null } | null> {
  const rows: { settledBand: number; until: Day | null }[] = await tx.query(
    `select r.settled_band as "settledBand", j.until_on::text as until
     from offer_round r left join late_joining j on j.agreement_id = r.id where r.id = $1 and r.state = 'settled'`,
    [agreementId],
  );
  return rows[0] ?? null;
}

/** The same, and nobody else joins this agreement, or another one from the same bid, until the deed ends. */
export async function holdJoining({ tx }: Deed, agreementId: string): ReturnType<typeof readJoining> {
  await tx.query(
    `select 1 from late_joining where agreement_id in (
       select a.id from framework_agreement a join framework_agreement b on b.tender_id = a.tender_id and b.bid_id = a.bid_id where b.id = $1)
     order by agreement_id for update`,
    [agreementId],
  );
  return readJoining(tx, agreementId);
}

/** The lines of an agreement that count towards its volume, by class. */
export async function presentLines(tx: EntityManager, agreementId: string): Promise<ClassLines[]> {
  return tx.query(
    `select lot_code as lot, tier_code as tier, sum(quantity)::int as lines from subscription
     where agreement_id = $1 and state = any($2) group by lot_code, tier_code`,
    [agreementId, PRESENT],
  );
}

/**
 * The lines, by class, that fill a bid's capacities beside an agreement: under its others those that count where one has
 * settled, those awarded until then, none where it has fallen; and what it won under awards whose agreement is still to be
 * written.
 */
export async function linesElsewhere(tx: EntityManager, agreementId: string): Promise<ClassLines[]> {
  return tx.query(
    `with other as (
       select a.id, a.award_id, a.bid_id, exists (select from offer_round r where r.id = a.id and r.state = 'settled') as settled
       from framework_agreement a join framework_agreement b on b.tender_id = a.tender_id and b.bid_id = a.bid_id
       where b.id = $1 and a.id <> $1 and a.state <> 'fallen'
     ), unwritten as materialized (
       select w.cells from approved_winner w join framework_agreement b on b.tender_id = w.tender_id and b.bid_id = w.bid_id
       where b.id = $1
         and not exists (select from framework_agreement a where a.award_id = w.award_id and a.bid_id = b.bid_id)
     )
     select lot_code as lot, tier_code as tier, sum(quantity)::int as lines from (
       select s.lot_code, s.tier_code, s.quantity from subscription s join other o on o.id = s.agreement_id
       where o.settled and s.state = any($2)
       union all
       select l.lot_code, l.tier_code, l.quantity from awarded_line l
         join other o on o.award_id = l.award_id and o.bid_id = l.bid_id
       where not o.settled
       union all
       select c ->> 'lot', c ->> 'tier', (c ->> 'lines')::int from unwritten u, jsonb_array_elements(u.cells) c
     ) line group by lot_code, tier_code`,
    [agreementId, PRESENT],
  );
}

/** What members have under an agreement, settled or joined later, whatever became of it; the latest comes last. */
export async function joinedBefore(
  tx: EntityManager,
  agreementId: string,
  memberIds: readonly string[],
): Promise<JoinedBefore[]> {
  return tx.query(
    `select o.id, o.member_id as "memberId", o.site_reference as site, o.tier_code as tier, o.quantity,
       ${ADDRESS} as address, case when o.joined_band is not null then o.association_id end as "joinedBy",
       case when o.address is null then p.address is not null else coalesce(o.address_by = o.member_id, false) end
         as "addressOfMember", o.state = any($3) as present
     from subscription o ${SITE_OF_LINE}
     where o.agreement_id = $1 and o.member_id = any($2) order by o.settled_at, o.number`,
    [agreementId, memberIds, PRESENT],
  );
}

/**
 * Concludes the contracts of lines that join together, all at the price of the same volume: one statement. The last number
 * is the last of the index; only where there are a million do all have to be looked at, for then they do not sort as texts.
 * @param lines all lines of the agreement, these included
 * @returns the ids of the subscriptions
 */
export async function writeJoined(
  deed: Deed,
  { terms, ...agreement }: RunningAgreement,
  lines: number,
  joining: readonly Joining[],
): Promise<string[]> {
  const { tx, now } = deed;
  const classes = terms.cells.map(({ lot, tier }) => ({ lot, tier, ...latePrice(agreement, lines, { lot, tier }) }));
  const band = classes[0]?.band ?? agreement.settledBand;
  const settled = { settledAt: now, volume: lines, bandFrom: terms.tariff.bands[band]?.from ?? 1, later: true };
  const prefix = `CO-${terms.number}-`;
  await planFor(tx, joining.length);
  const rows: { id: string }[] = await tx.query(
    `with price as (
       select lot_code, tier_code, monthly, setup, array(select jsonb_array_elements_text(pieces)) as pieces
       from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::jsonb[])
         as p (lot_code, tier_code, monthly, setup, pieces)
     ), last as (
       select case when exists (select from subscription where agreement_id = $1 and number = $7 || '1000000')
                   then (select max(substr(number, length($7) + 1)::int) from subscription where agreement_id = $1)
                   else (select coalesce(substr(max(number), length($7) + 1)::int, 0)
                         from subscription where agreement_id = $1) end as number
     ), s as materialized (
       select j.*, gen_random_uuid() as id, ${MEMBER_NAME} as member_name,
              ${contractNumber('$7', 'last.number + j.place')} as number
       from last, unnest($8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::text[], $13::text[], $14::integer[],
           $15::bigint[], $20::text[]) with ordinality as j (member_id, association_id, site_reference, region_code,
           lot_code, tier_code, quantity, up_to, address, place)
         join organisation m on m.id = j.member_id
     )
     insert into subscription (id, number, agreement_id, member_id, association_id, member_name, site_reference,
       region_code, lot_code, tier_code, quantity, monthly_minor, agreed_monthly, setup_minor, term_months,
       content_hash, state, settled_at, joined_band, joined_lines, address)
     select s.id, s.number, $1, s.member_id, s.association_id, s.member_name, s.site_reference, s.region_code,
       s.lot_code, s.tier_code, s.quantity, p.monthly, s.up_to, p.setup, $16, ${CONTENT_HASH}, 'called-off', $17, $18,
       $19, s.address
     from s join price p on p.lot_code = s.lot_code and p.tier_code = s.tier_code
     returning id`,
    [
      terms.agreementId,
      classes.map((price) => price.lot),
      classes.map((price) => price.tier),
      classes.map((price) => price.monthly),
      classes.map((price) => price.setup),
      classes.map((price) => JSON.stringify(callOffPieces(terms, settled, price))),
      prefix,
      joining.map((line) => line.memberId),
      joining.map((line) => line.associationId),
      joining.map((line) => line.site),
      joining.map((line) => line.region),
      joining.map((line) => line.lot),
      joining.map((line) => line.tier),
      joining.map((line) => line.quantity),
      joining.map((line) => line.upTo),
      terms.termMonths,
      now,
      band,
      lines,
      joining.map((line) => line.address),
    ],
  );
  await planFor(tx, 0);
  if (rows.length !== joining.length) throw new Error(`${joining.length} lines join, but ${rows.length} were written`);
  return rows.map((row) => row.id);
}

/** Writes the addresses of lines that joined without one; one that was told stays. */
export async function writeAddresses(
  { tx }: Deed,
  told: readonly { readonly id: string; readonly address: string | null }[],
): Promise<void> {
  if (told.length === 0) return;
  await tx.query(
    `update subscription s set address = t.address from unnest($1::uuid[], $2::text[]) as t (id, address)
     where s.id = t.id and s.address is null`,
    [told.map((line) => line.id), told.map((line) => line.address)],
  );
}
