/** Whether a tariff can ever be awarded: its capacities, and the demand, must reach the fewest lines it accepts. */
import type { Fault } from '../../kernel/refusal.js';
import { linesOrNull } from './amount-faults.js';
import { linesWithin } from './partners.js';
import type { LotCode, Tariff, TariffLot } from './tariff.js';

/** Faults of volumes against each other; a volume that is no number is passed over, it is at fault by itself. */
export function volumeFaults(tariff: Tariff, demandByLot: Readonly<Record<LotCode, number>> | undefined): Fault[] {
  const first = linesOrNull(tariff.bands[0]?.from, 1) ?? 1;
  const minimum = linesOrNull(tariff.minimumLines, 0) ?? 0;
  const least = Math.max(first, minimum);
  const demander = minimum >= first ? 'minimumLines' : 'bands.0.from';
  const capacity = linesOrNull(tariff.capacity, 1) ?? Infinity;
  if (capacity < least) {
    const reason =
      `The capacity of ${capacity} lines is below the ${least} lines of ${demander}, so that nothing could be awarded; ` +
      'raise the capacity or lower the other.';
    return [{ path: 'capacity', reason }];
  }
  const lots = Object.entries(tariff.lots);
  const served = linesWithin(
    tariff.partners,
    lots.map(([lot, place]) => [lot, lotCapacity(place)]),
  );
  if (lots.length > 0 && served < least) {
    const whose = tariff.partners === undefined ? 'the lots' : 'lots and partners';
    const reason =
      `${least} lines are more than the ${served} that the capacities of ${whose} add up to; ` +
      'lower this or raise the capacities.';
    return [{ path: demander, reason }];
  }
  if (demandByLot === undefined) return [];
  const reachable = linesWithin(
    tariff.partners,
    lots.map(([lot, place]) => {
      const demanded = Object.hasOwn(demandByLot, lot) ? (demandByLot[lot] ?? 0) : 0;
      return [lot, Math.min(lotCapacity(place), demanded)];
    }),
  );
  if (lots.length === 0 || reachable >= least) return [];
  const reason = `${least} lines are more than the ${reachable} to be had in the lots covered; lower this or cover more lots.`;
  return [{ path: demander, reason }];
}

/** The most lines in a lot by its own limit. Its tiers' limits are not added up: a tier without one has no limit. */
function lotCapacity(place: TariffLot): number {
  return linesOrNull(place.capacity, 1) ?? Infinity;
}
