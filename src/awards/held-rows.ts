/** Rows of what winners hold in a tender beside one of its awards. */
import type { EntityManager } from 'typeorm';
import type { Award } from './award.entity.js';
import type { HeldCell } from './rules/held.js';
import { DECIDED, HOLDING } from './rules/lifecycle.js';

/**
 * What winners hold under the tender's other awards, those that fell out left aside; only a follow-up award has others
 * beside it. Lines count as awarded until their members have answered, and as settled from then on; what joined later
 * is told apart, added up once for all: each join is a row, and there may be very many.
 */
export async function heldBeside(
  tx: EntityManager,
  { id, tenderId, scope }: Pick<Award, 'id' | 'tenderId' | 'scope'>,
): Promise<HeldCell[]> {
  if (scope === null) return [];
  return tx.query(
    `with joined as materialized (
       select award_id, bid_id::text, lot_code, tier_code, sum(lines)::int as lines from award_joined
       where award_id in (select id from award where tender_id = $1) group by 1, 2, 3, 4
     )
     select w.value ->> 'bidId' as "bidId", w.value ->> 'providerId' as "providerId",
            w.value ->> 'alternative' as alternative, c.value ->> 'lot' as lot,
            c.value ->> 'tier' as tier, coalesce(s.lines, (c.value ->> 'lines')::int) as lines,
            coalesce(j.lines, 0) as joined, a.state = any($4) as decided
     from award a cross join jsonb_array_elements(a.allocation) w cross join jsonb_array_elements(w.value -> 'cells') c
       left join award_settled s on s.award_id = a.id and s.bid_id::text = w.value ->> 'bidId'
         and s.lot_code = c.value ->> 'lot' and s.tier_code = c.value ->> 'tier'
       left join joined j on j.award_id = a.id and j.bid_id = w.value ->> 'bidId'
         and j.lot_code = c.value ->> 'lot' and j.tier_code = c.value ->> 'tier'
     where a.tender_id = $1 and a.id <> $2 and a.state = any($3)
       and not exists (select 1 from award f where f.fallen_from = a.id and f.fallen_bid::text = w.value ->> 'bidId')
     order by a.round, 1, 3, 4`,
    [tenderId, id, HOLDING, DECIDED],
  );
}
