/** The lines of an agreement as a spreadsheet, read as it is asked for: what a provider installs from. */
import type { EntityManager } from 'typeorm';
import type { Actor } from '../kernel/actor.js';
import { SEEN, sightParameters } from './offer-rows.js';
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
] as const;

type LineCells = Readonly<Record<(typeof LINE_COLUMNS)[number], string>>;

const SHEET_ROWS = 5_000;

/** The lines that the actor may see, in the order of their numbers, in batches. */
export async function* lineSheet(tx: EntityManager, actor: Actor, agreementId: string): AsyncGenerator<string[][]> {
  const sight = sightParameters(sightOf(actor));
  for (let after = ''; ;) {
    const rows: LineCells[] = await tx.query(
      `select o.number, o.member_name as member, o.site_reference as site, o.region_code as region, o.lot_code as lot,
         o.tier_code as service_tier, o.quantity::text, o.state, business_day(o.settled_at)::text as called_off_on,
         coalesce(o.works_on::text, '') as works_on, coalesce(o.ends_on::text, '') as ends_on
       from subscription o join offer_round r on r.id = o.agreement_id
       where ${SEEN} and o.agreement_id = $4 and o.number > $5 order by o.number limit ${SHEET_ROWS}`,
      [...sight, agreementId, after],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows.map((row) => LINE_COLUMNS.map((column) => harmless(row[column])));
    after = last.number;
  }
}
