/** Rows of lines under way, and the statements that change many of them at once. */
import type { EntityManager } from 'typeorm';
import { type Day, dayStart } from '../kernel/calendar.js';
import type { Deed } from '../platform/deeds/deeds.js';
import type { Installed, ServedLine } from './rules/service.js';

/** A line that is held until the deed ends. */
export interface HeldLine extends ServedLine {
  readonly id: string;
  readonly number: string;
  readonly agreementId: string;
  readonly agencyId: string;
  readonly tier: string;
}

const HELD = `
  select s.id, s.number, s.agreement_id as "agreementId", a.agency_id as "agencyId", s.tier_code as tier, s.state,
    business_day(s.settled_at)::text as "calledOffOn", s.term_months as "termMonths", s.works_on::text as "worksOn",
    s.ends_on::text as "endsOn",
    (select max(coalesce(p.until_on, p.from_on))::text from service_period p where p.subscription_id = s.id)
      as "changedOn"
  from subscription s join framework_agreement a on a.id = s.agreement_id`;

/**
 * Lines by their ids, in the order of these; those that do not exist are passed over. They are read once they are held:
 * who waited for another change would else see its state, but the days that were there before it.
 */
export async function holdLines(tx: EntityManager, ids: readonly string[]): Promise<HeldLine[]> {
  await tx.query('select 1 from subscription where id = any($1) order by id for update', [ids]);
  return tx.query(`${HELD} where s.id = any($1) order by s.id`, [ids]);
}

/** Lines of an agreement by their numbers. */
export async function holdNumbered(
  tx: EntityManager,
  agreementId: string,
  numbers: readonly string[],
): Promise<HeldLine[]> {
  return tx.query(`${HELD} where s.agreement_id = $1 and s.number = any($2) order by s.id for update of s`, [
    agreementId,
    numbers,
  ]);
}

/** What becomes of a line that is held and is not installed yet. */
export interface Installation extends Installed {
  readonly id: string;
}

/** Lets lines of an agreement begin to work, each with its credit if it is late, and awaits the ends of their terms. */
export async function writeInstalled(
  { tx }: Deed,
  agreementId: string,
  installations: readonly Installation[],
): Promise<void> {
  if (installations.length === 0) return;
  await tx.query(
    `with line as (
       select * from unnest($1::uuid[], $2::date[], $3::date[], $4::integer[]) as l (id, works_on, ends_on, days_late)
     ), installed as (
       update subscription s set state = 'active', works_on = l.works_on, ends_on = l.ends_on
       from line l where s.id = l.id
     ), begun as (
       insert into service_period (subscription_id, from_on) select id, works_on from line
     )
     insert into service_credit (subscription_id, kind, days, happened_on, reason)
     select id, 'installation', days_late, works_on, 'installed later than promised, on ' || works_on
     from line where days_late > 0`,
    [
      installations.map((line) => line.id),
      installations.map((line) => line.worksOn),
      installations.map((line) => line.endsOn),
      installations.map((line) => line.daysLate),
    ],
  );
  const ends = [...new Set(installations.map((line) => line.endsOn))].toSorted();
  await tx.query(
    `insert into term_end as e (agreement_id, ends_on, state, due_at)
     select $1, ends_on, 'awaited', due_at from unnest($2::date[], $3::timestamptz[]) as t (ends_on, due_at)
     on conflict (agreement_id, ends_on) do update set state = 'awaited' where e.state = 'passed'`,
    [agreementId, ends, ends.map((day) => dayStart(day))],
  );
}

/** Suspends lines that work, from a day on. */
export async function writeSuspended({ tx, now }: Deed, ids: readonly string[], on: Day, why: string): Promise<void> {
  await tx.query(
    `with suspended as (
       update subscription set state = 'suspended', why = $3, suspended_at = $4
       where id = any($1) and state = 'active' returning id
     )
     update service_period p set until_on = $2 from suspended s where p.subscription_id = s.id and p.until_on is null`,
    [ids, on, why, now],
  );
}

/** Lets a suspended line work again, from a day on. */
export async function writeResumed({ tx }: Deed, id: string, on: Day): Promise<void> {
  await tx.query(
    `with resumed as (
       update subscription set state = 'active', suspended_at = null where id = $1 and state = 'suspended' returning id
     )
     insert into service_period as p (subscription_id, from_on) select id, $2 from resumed
     on conflict (subscription_id, from_on) do update set until_on = null`,
    [id, on],
  );
}

/** Ends lines, and what was ordered beside them. */
export async function writeEnded(
  { tx }: Deed,
  which: { readonly id: string } | { readonly agreementId: string; readonly termEndsOn: Day },
  on: Day,
  why: string | null,
): Promise<number> {
  const [condition, ...parameters] =
    'id' in which ? ['id = $3', which.id] : ['agreement_id = $3 and ends_on = $4', which.agreementId, which.termEndsOn];
  const rows: { ended: number }[] = await tx.query(
    `with ended as (
       update subscription set state = 'ended', ended_on = $1, why = coalesce($2, why)
       where ${condition} and state in ('active', 'suspended') returning id
     ), stopped as (
       update service_period p set until_on = greatest(p.from_on, $1)
       from ended e where p.subscription_id = e.id and p.until_on is null
     ), dropped as (
       update add_on_order o set until_on = greatest(o.from_on, $1)
       from ended e where o.subscription_id = e.id and (o.until_on is null or o.until_on > $1)
     )
     select count(*)::int as ended from ended`,
    [on, why, ...parameters],
  );
  return rows[0]?.ended ?? 0;
}
