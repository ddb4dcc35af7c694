/** The lines of an agreement as a spreadsheet, read as it is asked for: what a provider installs from. */
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { SEEN, sightParameters } from './offer-rows.js';
import { ADDRESS, SITE_OF_LINE } from './place-sql.js';
import { harmless } from './rules/harmless.js';
import { sightOf } from './rules/sight.js';

export const LINE_COLUMNS = [
  'number',
  'member',
  'site',
  'region',
  'lot',
  'service_tier',
  'quantity',
  'state',
  'called_off_on',
  'works_on',
  'ends_on',
  'site_name',
  'address',
  'latitude',
  'longitude',
] as const;

/** Numbers: a minus begins no formula. */
const PLACE: ReadonlySet<string> = new Set(['latitude', 'longitude']);

type LineCells = Readonly<Record<(typeof LINE_COLUMNS)[number], string>>;

const SHEET_ROWS = 5_000;

/** The lines that the actor may see, in the order of their numbers, in batches. */
export async function* lineSheet(tx: EntityManager, actor: Actor, agreementId: string): AsyncGenerator<string[][]> {
  const sight = sightParameters(sightOf(actor));
  for (let after = ''; ;) {
    const rows: LineCells[] = await tx.query(
      `select o.number, o.member_name as member, o.site_reference as site, o.region_code as region, o.lot_code as lot,
         o.tier_code as service_tier, o.quantity::text, o.state, business_day(o.settled_at)::text as called_off_on,
         coalesce(o.works_on::text, '') as works_on, coalesce(o.ends_on::text, '') as ends_on,
         coalesce(p.name, '') as site_name, coalesce(${ADDRESS}, '') as address,
         coalesce(p.latitude::text, '') as latitude, coalesce(p.longitude::text, '') as longitude
       from subscription o join offer_round r on r.id = o.agreement_id ${SITE_OF_LINE}
       where ${SEEN} and o.agreement_id = $4 and o.number > $5 order by o.number limit ${SHEET_ROWS}`,
      [...sight, agreementId, after],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => LINE_COLUMNS.map((column) => (PLACE.has(column) ? row[column] : harmless(row[column]))));
    after = last.number;
  }
}
