/** Rows of what is found of an award's reasons after it was written: more exactly what the whole would cost otherwise. */
import type { EntityManager } from 'typeorm';
import { type Away, tighter } from '../allocation/rules/away.js';
import { lotWords } from '../allocation/rules/lot-words.js';
import type { LotReason } from '../allocation/rules/lots.js';
import { tariffId } from '../auctions/rules/tariff-id.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { weighingAsked } from './awards.events.js';
import { type ReasonRow, reasonRows, type Telling } from './reason-rows.js';

/** Of an award's reasons, how many there are and how many of them are exact. */
export interface WeighingStep {
  readonly state: 'weighing' | 'complete';
  readonly total: number;
  readonly exact: number;
}

/** Asks for more exact reasons where some are not, once. */
export async function askWeighing(deed: Deed, awardId: string, reasons: readonly LotReason[]): Promise<void> {
  if (reasons.every(({ away }) => away?.proved === true)) return;
  await deed.tx.query('insert into award_weighing (award_id, asked_at) values ($1, $2)', [awardId, deed.now]);
  await deed.announce(weighingAsked, { awardId });
}

/** Whether an award waits for more exact reasons. */
export async function isWeighing(tx: EntityManager, awardId: string): Promise<boolean> {
  const open: unknown[] = await tx.query('select 1 from award_weighing where award_id = $1 and done_at is null', [
    awardId,
  ]);
  return open.length > 0;
}

/**
 * Writes down what was found, where it says more than was known, and ends the weighing. Once: of two that found
 * something, the second one writes nothing.
 * @param reasons of all lots in the order of their rows; none when nothing was found
 */
export async function endWeighing(
  deed: Deed,
  awardId: string,
  reasons: readonly LotReason[],
  told: Telling,
): Promise<void> {
  const ended: [unknown[], number] = await deed.tx.query(
    'update award_weighing set done_at = $2 where award_id = $1 and done_at is null',
    [awardId, deed.now],
  );
  if (ended[1] === 0) return;
  const known = await reasonRows(deed.tx, { awardId, lot: undefined, after: -1, limit: reasons.length });
  const found = known.flatMap((row, at) => {
    const reason = reasons[at];
    if (!reason?.away) return [];
    const bid = tariffId(row.bidId, row.alternative);
    if (reason.lot !== row.lot || reason.tier !== row.tier || reason.bid !== bid) {
      throw new Error(`the reasons of award ${awardId} are not those of its lots`);
    }
    const before = awayOf(row);
    const away = before ? tighter(before, reason.away) : reason.away;
    const same = before?.atLeastMinor === away.atLeastMinor && before.atMostMinor === away.atMostMinor;
    if (same && before.proved === away.proved) return [];
    return [{ position: row.position, away, words: lotWords({ ...reason, away }, told) }];
  });
  await deed.tx.query(
    `insert into award_lot_away (award_id, position, at_least_minor, at_most_minor, proved, words)
     select $1::uuid, f.* from unnest($2::int[], $3::bigint[], $4::bigint[], $5::boolean[], $6::text[]) as f`,
    [
      awardId,
      found.map(({ position }) => position),
      found.map(({ away }) => away.atLeastMinor),
      found.map(({ away }) => away.atMostMinor),
      found.map(({ away }) => away.proved),
      found.map(({ words }) => words),
    ],
  );
  await deed.record({ type: 'award', id: awardId }, { weighedLots: found.length });
}

function awayOf({ awayAtLeastMinor, awayAtMostMinor, awayProved }: ReasonRow): Away | null {
  if (awayAtLeastMinor === null) return null;
  return { atLeastMinor: awayAtLeastMinor, atMostMinor: awayAtMostMinor, proved: awayProved ?? false };
}

/** How far the reasons of an award are. */
export async function weighingStep(tx: EntityManager, awardId: string): Promise<WeighingStep> {
  const rows: { total: number; exact: number; weighing: boolean }[] = await tx.query(
    `select count(*)::int as total, (count(*) filter (where coalesce(x.proved, r.away_proved)))::int as exact,
            exists (select from award_weighing w where w.award_id = $1 and w.done_at is null) as weighing
     from award_lot_reason r left join award_lot_away x using (award_id, position) where r.award_id = $1`,
    [awardId],
  );
  const { total, exact, weighing } = rows[0] ?? { total: 0, exact: 0, weighing: false };
  return { state: weighing ? 'weighing' : 'complete', total, exact };
}
