import type { BidAward } from '../../allocation/rules/problem.js';
import type { LotCode } from '../../pricing/rules/tariff.js';
import type { Alias } from './events.js';
import { bidOf } from './tariff-id.js';

/** The lines that a participant wins of what its proxy asks for: of these lots, or of any for null. */
export function wantedLines(awards: readonly BidAward[], alias: Alias, lots: readonly LotCode[] | null): number {
  return awards
    .filter(({ bid }) => bidOf(bid) === alias)
    .flatMap((award) => Object.entries(award.lots))
    .filter(([lot]) => lots === null || lots.includes(lot))
    .flatMap(([, tiers]) => Object.values(tiers))
    .reduce((sum, lines) => sum + lines, 0);
}
