/** Whether the numbers of winners within groups of lots can be kept: by themselves, together, and beside the other rules. */
import type { Fault } from '../../kernel/refusal.js';
import { type Part, percent, unitWords } from './parts.js';
import { type TenderTerms, WHOLE_BP, type WinnerGroup } from './terms.js';

/** The most groups of one tender, and the most lots that all of them name together. */
export const MAX_GROUPS = 500;
export const MAX_GROUPED_LOTS = 20_000;

/** Faults of the groups of winners. Single values have been checked as such. */
export function groupFaults(terms: TenderTerms, parts: readonly Part[]): Fault[] {
  const { winnerGroups } = terms;
  const named = winnerGroups.reduce((sum, { lots }) => sum + lots.length, 0);
  if (winnerGroups.length > MAX_GROUPS || named > MAX_GROUPED_LOTS) {
    const reason = `${winnerGroups.length} groups name ${named} lots; at most ${MAX_GROUPS} groups with ${MAX_GROUPED_LOTS} lots together are taken.`;
    return [{ path: 'winnerGroups', reason }];
  }
  const faults = winnerGroups.flatMap((group, at) => ownFaults(group, `winnerGroups.${at}`, terms, parts));
  return faults.length > 0 ? faults : contradictions(winnerGroups);
}

function ownFaults(group: WinnerGroup, path: string, terms: TenderTerms, parts: readonly Part[]): Fault[] {
  const named = lotFaults(group, path, terms);
  if (named.length > 0) return named;
  const { minWinners, maxWinners } = group;
  const faults: Fault[] = [];
  const fault = (field: string, reason: string) => faults.push({ path: `${path}.${field}`, reason });
  if (minWinners === null && maxWinners === null) {
    return [{ path, reason: 'The group says nothing of its winners; give minWinners or maxWinners, or leave it out.' }];
  }
  if (minWinners !== null && maxWinners !== null && maxWinners < minWinners) {
    fault('maxWinners', `At most ${maxWinners} winners are fewer than the ${minWinners} asked for here at least.`);
  }
  const lots = new Set(group.lots);
  const within = parts.filter(({ lot }) => lots.has(lot));
  if (minWinners !== null && minWinners > mostWinners(terms, within)) {
    const shared = terms.awardRule === 'shared';
    const what = shared ? lineWords(linesOf(within)) : unitWords(terms, within.length);
    const mend = shared ? 'lower the number or name more lots' : 'lower the number, name more lots or share the lines';
    fault('minWinners', `${minWinners} winners cannot each win something of ${what}; ${mend}.`);
  }
  if (minWinners !== null && terms.maxWinners !== null && minWinners > terms.maxWinners) {
    fault('minWinners', `${minWinners} winners here are more than the ${terms.maxWinners} that may win altogether.`);
  }
  if (maxWinners === null) return faults;
  if (maxWinners < terms.minWinners && terms.lots.every(({ code }) => lots.has(code))) {
    fault(
      'maxWinners',
      `The group has all lots, and ${terms.minWinners} providers must win altogether; allow as many.`,
    );
  }
  const needed = winnersByShare(terms, parts, within);
  if (maxWinners < needed) {
    fault(
      'maxWinners',
      `With at most ${percent(terms.maxShareBp ?? WHOLE_BP)} of all lines each, it takes ${needed} winners to serve these lots; at most ${maxWinners} are allowed.`,
    );
  }
  return faults;
}

/** How many can each win something of some parts. */
function mostWinners({ awardRule }: TenderTerms, within: readonly Part[]): number {
  return awardRule === 'shared' ? linesOf(within) : within.length;
}

function linesOf(parts: readonly Part[]): number {
  return parts.reduce((lines, part) => lines + part.lines, 0);
}

function lineWords(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}

/** How many winners some parts take when each may win so large a share of all lines. */
function winnersByShare({ maxShareBp }: TenderTerms, parts: readonly Part[], within: readonly Part[]): number {
  if (maxShareBp === null) return 0;
  const most = Math.floor((linesOf(parts) * maxShareBp) / WHOLE_BP);
  return most === 0 ? 0 : Math.ceil(linesOf(within) / most);
}

function lotFaults({ lots }: WinnerGroup, path: string, terms: TenderTerms): Fault[] {
  if (lots.length === 0) {
    return [{ path: `${path}.lots`, reason: 'The group has no lot; name at least one, or leave the group out.' }];
  }
  const known = new Set(terms.lots.map(({ code }) => code));
  const seen = new Set<string>();
  return lots.flatMap((lot, at): Fault[] => {
    const place = `${path}.lots.${at}`;
    const again = seen.has(lot);
    seen.add(lot);
    if (again) return [{ path: place, reason: `Lot ${lot} is in the group already; name it once.` }];
    if (known.has(lot)) return [];
    return [{ path: place, reason: `The tender has no lot ${lot}; give the groups together with the lots they name.` }];
  });
}

/** Whoever wins in some lots wins in all groups that have these lots among others. */
function contradictions(groups: readonly WinnerGroup[]): Fault[] {
  const sets = groups.map(({ lots }) => new Set(lots));
  return groups.flatMap(({ lots, minWinners }, at): Fault[] => {
    if (minWinners === null) return [];
    const wider = groups.findIndex(
      ({ maxWinners }, other) =>
        maxWinners !== null && maxWinners < minWinners && lots.every((lot) => sets[other]?.has(lot)),
    );
    if (wider < 0) return [];
    const reason = `${minWinners} winners are asked for here, and winnerGroups.${wider} allows ${groups[wider]?.maxWinners} in lots that include these.`;
    return [{ path: `winnerGroups.${at}.minWinners`, reason }];
  });
}
