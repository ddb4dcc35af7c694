/** A tariff on its way out of JSON, where amounts are integers like any other number. */
import type { BidTariff, Tariff } from './tariff.js';

/**
 * Makes bigints of the integers that stand where a tariff has money. Whatever is not shaped like a tariff is left as
 * it is: what comes from outside is a tariff only when `tariffFaults` finds nothing.
 */
export function tariffOfJson(json: unknown): Tariff {
  return members(json, TARIFF) as Tariff;
}

/** The same of a bid, whose alternatives are tariffs as well. */
export function bidTariffOfJson(json: unknown): BidTariff {
  return members(tariffOfJson(json), BID) as BidTariff;
}

const BID = new Map([['alternatives', (byLabel: unknown) => every(byLabel, tariffOfJson)]]);
const BAND = new Map([
  ['monthly', prices],
  ['lotMonthly', (byLot: unknown) => every(byLot, prices)],
]);
const PLACE = new Map([
  ['surcharge', minor],
  ['setup', minor],
]);
const TARIFF = new Map([
  ['bands', (bands: unknown) => (Array.isArray(bands) ? bands.map((band) => members(band, BAND)) : bands)],
  ['lots', (lots: unknown) => every(lots, (place) => members(place, PLACE))],
  ['activation', minor],
]);

function prices(json: unknown): unknown {
  return every(json, minor);
}

function minor(json: unknown): unknown {
  return typeof json === 'number' && Number.isSafeInteger(json) ? BigInt(json) : json;
}

/** Changes the named members that are there, and keeps the others. */
function members(json: unknown, changes: ReadonlyMap<string, (member: unknown) => unknown>): unknown {
  if (!isRecord(json)) return json;
  return Object.fromEntries(Object.entries(json).map(([key, member]) => [key, changes.get(key)?.(member) ?? member]));
}

function every(json: unknown, change: (member: unknown) => unknown): unknown {
  return isRecord(json) ? Object.fromEntries(Object.entries(json).map(([key, member]) => [key, change(member)])) : json;
}

function isRecord(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
