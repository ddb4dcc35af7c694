/** Whether what arrived is a tariff, and whether it may be bid in a tender. */
import type { Fault } from '../../kernel/refusal.js';
import { MAX_BANDS } from '../../pricing/rules/band-faults.js';
import { MAX_PARTNERS } from '../../pricing/rules/partners.js';
import { tariffFaults, type TariffFrame } from '../../pricing/rules/tariff-faults.js';
import { shapeFaults } from '../../pricing/rules/tariff-shape.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { bidLimits } from './bid-limits.js';
import { roomFor } from './room.js';

/** No tender has more lots. */
export const MAX_TARIFF_LOTS = 5_000;

/** What a tender asks of its bids, as far as providers may know. */
export interface BidTerms extends Omit<TariffFrame, 'limits'> {
  /** in all lots together */
  readonly totalLines: number;
}

const MEMBERS = ['bands', 'lots', 'capacity', 'minimumLines', 'activation', 'partners'];
/** More names of lots that are not there are not listed. */
const STRANGERS_LISTED = 20;

/** Faults of a body that should be a tariff, whatever the tender: its members, and how many there are. */
export function bodyFaults(json: unknown): Fault[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return [{ path: '', reason: 'Send a tariff: an object with bands and lots.' }];
  }
  const { bands, lots, partners } = json as { bands?: unknown; lots?: unknown; partners?: unknown };
  if (Array.isArray(bands) && bands.length > MAX_BANDS) {
    return [{ path: 'bands', reason: `There are ${bands.length} bands; give at most ${MAX_BANDS}.` }];
  }
  if (typeof lots === 'object' && lots !== null && Object.keys(lots).length > MAX_TARIFF_LOTS) {
    return [{ path: 'lots', reason: `A tender has at most ${MAX_TARIFF_LOTS} lots; name only those of this one.` }];
  }
  if (typeof partners === 'object' && partners !== null && Object.keys(partners).length > MAX_PARTNERS) {
    const reason = `There are ${Object.keys(partners).length} partners; name at most ${MAX_PARTNERS}.`;
    return [{ path: 'partners', reason }];
  }
  const strangers = Object.keys(json).filter((key) => !MEMBERS.includes(key));
  return [
    ...strangers.map((key) => ({ path: key, reason: key === 'alternatives' ? NO_ALTERNATIVES : strange(key) })),
    ...shapeFaults(json),
  ];
}

const NO_ALTERNATIVES =
  'Here one tariff is given. Only a sealed bid can have alternatives, and none of them has its own.';

function strange(key: string): string {
  return `There is no ${key} here; possible are ${MEMBERS.join(', ')}.`;
}

/**
 * The faults of a tariff in its tender; empty when it may be bid. A tariff that names many lots of another tender is
 * told so by a few of them, before every name is looked up at every place.
 */
export function bidFaults(tariff: Tariff, frame: BidTerms): Fault[] {
  const lots = new Set(frame.lots);
  const named = [
    ...Object.keys(tariff.lots).map((lot) => ({ lot, path: `lots.${lot}` })),
    ...tariff.bands.flatMap((band, index) =>
      Object.keys(band.lotMonthly ?? {}).map((lot) => ({ lot, path: `bands.${index}.lotMonthly.${lot}` })),
    ),
  ];
  const strangers = named.filter(({ lot }) => !lots.has(lot));
  if (strangers.length > STRANGERS_LISTED) {
    return strangers
      .slice(0, STRANGERS_LISTED)
      .map(({ lot, path }) => ({ path, reason: `There is no lot ${lot} in this tender.` }));
  }
  const most = roomFor(frame).bands;
  if (tariff.bands.length > most) {
    const reason = `There are ${tariff.bands.length} bands; in a tender with so many lots and tiers give at most ${most}.`;
    return [{ path: 'bands', reason }];
  }
  return tariffFaults(tariff, { ...frame, limits: bidLimits(frame) });
}
