/**
 * Whether what arrived is shaped like a tariff at all. Only containers and names are looked at; the numbers in them are
 * judged by `tariffFaults`, which can name every wrong one once it can reach them.
 */
import type { Fault } from '../../kernel/refusal.js';

/**
 * Faults of the containers of a tariff and of the names in them. Empty: `bands`, `monthly`, `lotMonthly`, `lots`, `tiers` and
 * `partners` can be walked.
 */
export function shapeFaults(tariff: unknown): Fault[] {
  if (!isRecord(tariff)) return [{ path: '', reason: 'A tariff is an object with bands and lots.' }];
  return [
    ...bandsShapeFaults(tariff['bands'], ['from', 'monthly', 'lotMonthly']),
    ...lotsShape(tariff['lots']),
    ...(tariff['partners'] === undefined ? [] : partnersShape(tariff['partners'])),
  ];
}

/** Faults of the containers of a list of bands; `known` are the names that a band may hold. */
export function bandsShapeFaults(bands: unknown, known: readonly string[]): Fault[] {
  if (!Array.isArray(bands)) return [{ path: 'bands', reason: 'Give the bands as a list, from the fewest lines on.' }];
  return bands.flatMap((band: unknown, index) => {
    const path = `bands.${index}`;
    if (!isRecord(band)) return [{ path, reason: 'A band is an object with from and monthly.' }];
    const faults = [
      ...strangers(path, band, known),
      ...recordFaults(`${path}.monthly`, band['monthly'], 'Give an object of one monthly price per tier.'),
    ];
    if (band['lotMonthly'] !== undefined) {
      faults.push(...recordOfRecords(`${path}.lotMonthly`, band['lotMonthly'], 'Give an object of prices per tier.'));
    }
    return faults;
  });
}

function lotsShape(lots: unknown): Fault[] {
  const faults = recordOfRecords('lots', lots, 'Give an object for every lot that is covered; it may be empty.');
  if (faults.length > 0 || !isRecord(lots)) return faults;
  return Object.entries(lots).flatMap(([lot, place]) => {
    if (!isRecord(place)) return [];
    const path = `lots.${lot}`;
    const own = strangers(path, place, ['surcharge', 'setup', 'capacity', 'tiers']);
    const tiers = place['tiers'];
    if (tiers === undefined) return own;
    own.push(...recordOfRecords(`${path}.tiers`, tiers, 'Give an object per tier, with its capacity.'));
    if (!isRecord(tiers)) return own;
    for (const [tier, limit] of Object.entries(tiers)) {
      if (isRecord(limit)) own.push(...strangers(`${path}.tiers.${tier}`, limit, ['capacity']));
    }
    return own;
  });
}

function partnersShape(partners: unknown): Fault[] {
  const faults = recordOfRecords('partners', partners, 'Give an object for every partner, with its lots and capacity.');
  if (faults.length > 0 || !isRecord(partners)) return faults;
  return Object.entries(partners).flatMap(([name, partner]) => {
    if (!isRecord(partner)) return [];
    const path = `partners.${name}`;
    const own = strangers(path, partner, ['lots', 'capacity']);
    if (Array.isArray(partner['lots'])) return own;
    return [...own, { path: `${path}.lots`, reason: 'Give the lots that this partner serves as a list of codes.' }];
  });
}

/** A misspelt "surcharge" must not be taken for none: what is not a tariff's own word is a fault. */
function strangers(path: string, record: Record<string, unknown>, known: readonly string[]): Fault[] {
  return Object.keys(record)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: `${path}.${key}`, reason: `There is no ${key} here; possible are ${known.join(', ')}.` }));
}

function recordOfRecords(path: string, value: unknown, reason: string): Fault[] {
  if (!isRecord(value)) return [{ path, reason }];
  return Object.entries(value).flatMap(([key, member]) => recordFaults(`${path}.${key}`, member, reason));
}

function recordFaults(path: string, value: unknown, reason: string): Fault[] {
  return isRecord(value) ? [] : [{ path, reason }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
