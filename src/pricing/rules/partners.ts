/** A joint bid: several providers bid one tariff together, and each of them can serve so many lines in its own lots. */
import type { Fault } from '../../kernel/refusal.js';
import { linesFaults, linesOrNull } from './amount-faults.js';
import type { LotCode, Tariff } from './tariff.js';

/** The most partners of a bid, and characters of a partner's name. */
export const MAX_PARTNERS = 100;
const MAX_NAME = 200;

const CONTROL = /\p{Cc}/u;

/** The faults of a tariff's partners: of their names, their lots and capacities. */
export function partnerFaults({ partners = {}, lots }: Tariff): Fault[] {
  const servedBy = new Map<unknown, string>();
  return Object.entries(partners).flatMap(([name, partner]) => {
    const path = `partners.${name}`;
    const faults = [...nameFaults(path, name), ...linesFaults(`${path}.capacity`, partner.capacity, 1)];
    if (partner.lots.length === 0) {
      faults.push({ path: `${path}.lots`, reason: 'This partner serves no lot; name its lots, or leave it out.' });
    }
    if (partner.lots.length > Object.keys(lots).length) {
      const reason = `There are ${partner.lots.length} lots here, more than the tariff covers; name each once.`;
      return [...faults, { path: `${path}.lots`, reason }];
    }
    partner.lots.forEach((lot: unknown, at) => {
      const place = `${path}.lots.${at}`;
      const other = servedBy.get(lot);
      if (typeof lot !== 'string' || !Object.hasOwn(lots, lot)) {
        const named = typeof lot === 'string' ? `lot ${lot}` : 'this';
        faults.push({ path: place, reason: `The tariff does not cover ${named}; name lots that are among its lots.` });
      } else if (other !== undefined) {
        faults.push({ path: place, reason: `Lot ${lot} is served by ${other} already; give each lot to one partner.` });
      }
      servedBy.set(lot, name);
    });
    return faults;
  });
}

function nameFaults(path: string, name: string): Fault[] {
  const usable = name.trim() !== '' && name.length <= MAX_NAME && !CONTROL.test(name) && name !== '__proto__';
  return usable ? [] : [{ path, reason: `A partner's name has 1 to ${MAX_NAME} characters and no line breaks.` }];
}

/** By lot, the name of the partner that serves it; a lot that is absent is served by the bidder itself. */
export function partnersByLot({ partners = {} }: Pick<Tariff, 'partners'>): ReadonlyMap<LotCode, string> {
  return new Map(Object.entries(partners).flatMap(([name, { lots }]) => lots.map((lot) => [lot, name] as const)));
}

/**
 * The most lines that can be served when so many could be in each lot, by the capacities of those who serve them.
 * @param byLot lots, each once, and the most lines there by everything else; Infinity where nothing else limits them
 */
export function linesWithin(partners: Tariff['partners'], byLot: readonly (readonly [LotCode, number])[]): number {
  const names = partnersByLot({ partners: partners ?? {} });
  const wanted = new Map<string | undefined, number>();
  for (const [lot, lines] of byLot) wanted.set(names.get(lot), (wanted.get(names.get(lot)) ?? 0) + lines);
  return [...wanted].reduce((sum, [name, lines]) => {
    const capacity = name === undefined ? undefined : partners?.[name]?.capacity;
    return sum + Math.min(lines, linesOrNull(capacity, 0) ?? Infinity);
  }, 0);
}
