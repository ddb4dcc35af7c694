/** Whether lots cut the demand into parts: every demanded region in exactly one lot, and no lot without demand. */
import type { Fault } from '../../kernel/refusal.js';
import { demandByLot } from './lot-demand.js';
import { regionsTold } from './shown-demand.js';
import type { Lot, TenderFrame } from './terms.js';

/** The most lots of one tender; the winner determination takes no more. */
export const MAX_LOTS = 5_000;
/** The most tiers of lots in which lines are wanted, for the same reason. */
export const MAX_CELLS = 20_000;

function demandedRegions({ demand }: TenderFrame): Set<string> {
  const wanted = demand.filter(({ firmLines, interestLines }) => firmLines + interestLines > 0);
  return new Set(wanted.map(({ regionCode }) => regionCode));
}

/** The regions among which lines are wanted without it being told in which; none when everything is told. */
function untoldRegions(frame: TenderFrame): string[] {
  const told = regionsTold(frame);
  const hidden = [...demandedRegions(frame)].some((region) => !told.has(region));
  return hidden ? frame.regions.filter((region) => !told.has(region)).sort() : [];
}

/** The regions as they are drafted into lots: each by itself, but untold ones together, for a lot of its own would tell. */
export function regionGroups(frame: TenderFrame): string[][] {
  const untold = untoldRegions(frame);
  const alone = [...demandedRegions(frame)].filter((region) => !untold.includes(region)).sort();
  return [...alone.map((region) => [region]), ...(untold.length > 0 ? [untold] : [])];
}

/** Faults of the lots of a tender against the regions of its pool. Codes and titles have been checked as such. */
export function lotFaults(lots: readonly Lot[], frame: TenderFrame): Fault[] {
  if (lots.length === 0) return [{ path: 'lots', reason: 'There is no lot; give at least one, with its regions.' }];
  const demanded = demandedRegions(frame);
  const known = new Set([...frame.regions, ...demanded]);
  const faults: Fault[] = [];
  const lotOf = new Map<string, string>();
  const codes = new Set<string>();
  for (const [index, lot] of lots.entries()) {
    const path = `lots.${index}`;
    if (codes.has(lot.code)) faults.push({ path: `${path}.code`, reason: `Two lots have the code ${lot.code}.` });
    codes.add(lot.code);
    for (const [at, region] of lot.regions.entries()) {
      const place = `${path}.regions.${at}`;
      const other = lotOf.get(region);
      if (other !== undefined) {
        faults.push({ path: place, reason: `Region ${region} is in lot ${other} already; a region is in one lot.` });
      } else if (!known.has(region)) {
        faults.push({ path: place, reason: `The pool has no region ${region}.` });
      }
      lotOf.set(region, lot.code);
    }
    if (!lot.regions.some((region) => demanded.has(region))) {
      const reason = `No line is wanted in the regions of lot ${lot.code}; put them into another lot or leave it out.`;
      faults.push({ path: `${path}.regions`, reason });
    }
  }
  const wanted = [...demandByLot(lots, frame.demand).values()];
  const cells = wanted.reduce((sum, tiers) => sum + Object.keys(tiers).length, 0);
  if (cells > MAX_CELLS) {
    const reason = `Lines are wanted in ${cells} tiers of lots, of which an award takes ${MAX_CELLS}; put more regions into each lot.`;
    faults.push({ path: 'lots', reason });
  }
  const untold = untoldRegions(frame);
  if (new Set(untold.map((region) => lotOf.get(region))).size > 1) {
    const reason = `Too few lines are wanted to say in which of ${untold.join(', ')}; put all of these into one lot.`;
    faults.push({ path: 'lots', reason });
  }
  for (const region of [...demanded].sort()) {
    if (!lotOf.has(region)) {
      faults.push({
        path: 'lots',
        reason: `Lines are wanted in region ${region}, which is in no lot; put it into one.`,
      });
    }
  }
  return faults;
}
