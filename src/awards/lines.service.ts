/** The way back from an award to single lines: every awarded line knows its winner. */
import { Injectable } from '@nestjs/common';
import { notFound } from '../kernel/refusal.js';
import { withManyRows } from '../platform/database/many-rows.js';
import type { Deed } from '../platform/deeds/deeds.js';
import { TendersQueries } from '../tenders/tenders.queries.js';
import { locked } from './award-rows.js';
import { writeParts, writeWhole, writtenCells } from './line-rows.js';
import { sharesOf } from './rules/lines.js';

@Injectable()
export class LinesService {
  constructor(private readonly tenders: TendersQueries) {}

  /**
   * Gives the lines of an approved award to its winners, for good: the same award of the same lines gives the same.
   * Asked again, it does nothing.
   * @throws Error when the lines that are found are not those that the award counts
   */
  async assign(deed: Deed, awardId: string): Promise<void> {
    const { tenderId, winners } = await locked(deed, awardId);
    const known: unknown[] = await deed.tx.query('select 1 from award_line where award_id = $1 limit 1', [awardId]);
    if (known.length > 0) return;
    const tender = await this.tenders.published(deed.tx, tenderId);
    if (!tender) throw notFound('tender');
    const demand = new Map(tender.lots.map((lot) => [lot.code, lot.demand]));
    const { whole, parts } = sharesOf(winners, (lot, tier) => {
      const { firm, interest } = demand.get(lot)?.[tier] ?? { firm: 0, interest: 0 };
      return firm + interest;
    });
    const cells = [...whole, ...parts];
    const lines = cells.reduce((sum, cell) => sum + cell.lines, 0);
    await withManyRows(deed.tx, lines, async () => {
      await writeWhole(deed.tx, awardId, tender, whole);
      await writeParts(deed.tx, awardId, tender, parts);
    });
    const written = new Map(
      (await writtenCells(deed.tx, awardId)).map(({ bidId, lot, tier, lines: n }) => [keyOf(bidId, lot, tier), n]),
    );
    for (const { bidId, lot, tier, lines: wanted } of cells) {
      const found = written.get(keyOf(bidId, lot, tier)) ?? 0;
      if (found !== wanted) {
        throw new Error(`award ${awardId} gives bid ${bidId} ${wanted} lines of ${lot}, ${tier}, but finds ${found}`);
      }
    }
    await deed.record({ type: 'award', id: awardId }, { assignedLines: lines });
  }
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
