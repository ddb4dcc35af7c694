/**
 * What a bid offers in a band: the units, the most pieces of each and their cost, and the limits of lots and partners.
 * Why nothing keeps all rules is found by solving the same bids under one set of rules after another, and with one or the
 * other of what they ask for left out: what does not depend on that is reckoned once.
 */
import type { ProblemBid } from './problem.js';
import { own, tierLimit } from './terms.js';
import type { Demand } from './units.js';

/** The most lines of some units together. */
export interface OptionLimit {
  /** places in the option's `units`, ascending */
  readonly places: Int32Array;
  readonly lines: number;
}

export interface Offer {
  /** the units offered, ascending, with the most pieces and the cost of a piece over the term */
  readonly units: Int32Array;
  readonly pieces: Float64Array;
  readonly costs: Float64Array;
  /** limits that bind within the option, a lot's before the one of the partner that serves it: either apart or nested */
  readonly limits: readonly OptionLimit[];
  /** the most lines of all that is offered */
  readonly reach: number;
}

/** What a bid asks for a piece of each unit, by band; NaN where it does not offer one. */
interface Costs {
  readonly termMonths: number;
  readonly byBand: readonly Float64Array[];
}

/** What a bid can serve of each unit by its limits of lots and tiers. */
interface Supply {
  readonly pieces: Float64Array;
  /** the most lines of a unit: a band that allows so many cuts none of it */
  readonly widest: number;
  /** whether lots or partners have limits for several units together */
  readonly joint: boolean;
  /** what is known for so many lines at the most, and for what is asked in a band */
  readonly services: Service[];
  readonly offers: Map<Float64Array, Offer[]>;
}

/** What is served of the units that have a price. */
interface Service extends Omit<Offer, 'costs'> {
  readonly most: number;
  readonly asked: Float64Array;
}

const COSTS = new WeakMap<ProblemBid, WeakMap<Demand, Costs>>();
const SUPPLIES = new WeakMap<ProblemBid, WeakMap<Demand, Supply>>();

/** Says of a bid that its prices are those of another one; gives the bid back. */
export function pricedLike(bid: ProblemBid, other: ProblemBid): ProblemBid {
  COSTS.set(bid, keptOf(COSTS, other));
  return bid;
}

/** Says of a bid that its prices, and what it serves of each lot, are those of another one; gives the bid back. */
export function offeringLike(bid: ProblemBid, other: ProblemBid): ProblemBid {
  SUPPLIES.set(bid, keptOf(SUPPLIES, other));
  return pricedLike(bid, other);
}

function keptOf<T>(all: WeakMap<ProblemBid, WeakMap<Demand, T>>, bid: ProblemBid): WeakMap<Demand, T> {
  const kept = all.get(bid) ?? new WeakMap<Demand, T>();
  all.set(bid, kept);
  return kept;
}

/**
 * What a bid offers in a band when it wins so many lines at the most.
 * @param demand as `demandOf` gives it
 */
export function offerOf(demand: Demand, termMonths: number, bid: ProblemBid, band: number, most: number): Offer {
  const costs = costsOf(demand, termMonths, bid)[band] ?? new Float64Array(0);
  const supply = supplyOf(demand, bid);
  const service = serviceOf(demand, bid, supply, costs, Math.min(most, supply.widest));
  const known = supply.offers.get(costs) ?? [];
  supply.offers.set(costs, known);
  const same = known.find(({ units, pieces }) => units === service.units && pieces === service.pieces);
  if (same) return same;
  const { units, pieces, limits, reach } = service;
  const offer = { units, pieces, costs: picked(costs, units), limits, reach };
  known.push(offer);
  return offer;
}

function picked(costs: Float64Array, units: Int32Array): Float64Array {
  const some = new Float64Array(units.length);
  for (let k = 0; k < units.length; k += 1) some[k] = costs[units[k] ?? 0] ?? NaN;
  return some;
}

function costsOf(demand: Demand, termMonths: number, bid: ProblemBid): readonly Float64Array[] {
  const kept = keptOf(COSTS, bid);
  const known = kept.get(demand);
  if (known?.termMonths === termMonths) return known.byBand;
  const byBand = pieceCosts(demand, termMonths, bid);
  kept.set(demand, { termMonths, byBand });
  return byBand;
}

/** The cost of a line is that of its tier in the band, and what its lot adds in all bands: integers below 2^53. */
function pieceCosts(demand: Demand, termMonths: number, bid: ProblemBid): Float64Array[] {
  const term = BigInt(termMonths);
  const byBand = bid.bands.map(() => new Float64Array(demand.units.length));
  const special = bid.bands.some(({ lotMonthly }) => lotMonthly !== undefined);
  const tiers = new Map<string, Float64Array>();
  const ofTier = (tier: string): Float64Array => {
    const adjustment = own(bid.adjustment, tier) ?? 0n;
    const prices = Float64Array.from(bid.bands, ({ monthly }) => {
      const price = own(monthly, tier);
      return price === undefined ? NaN : Number((price + adjustment) * term);
    });
    tiers.set(tier, prices);
    return prices;
  };
  let [at, place] = [-1, NaN];
  for (let u = 0; u < demand.units.length; u += 1) {
    const unit = demand.units[u];
    if (!unit) continue;
    const lot = demand.lots[unit.lot] ?? '';
    if (unit.lot !== at) {
      const terms = own(bid.lots, lot);
      place = terms ? Number((terms.surcharge ?? 0n) * term + (terms.setup ?? 0n)) : NaN;
      at = unit.lot;
    }
    for (const { tier, lines } of unit.cells) {
      const prices = tiers.get(tier) ?? ofTier(tier);
      const times = unit.pieces === 1 ? lines : 1;
      for (let band = 0; band < byBand.length; band += 1) {
        const costs = byBand[band];
        let price = prices[band] ?? NaN;
        if (special) {
          const monthly = own(own(bid.bands[band]?.lotMonthly, lot), tier);
          if (monthly !== undefined) price = Number((monthly + (own(bid.adjustment, tier) ?? 0n)) * term);
        }
        if (costs) costs[u] = (costs[u] ?? 0) + (price + place) * times;
      }
    }
  }
  return byBand;
}

function supplyOf(demand: Demand, bid: ProblemBid): Supply {
  const kept = keptOf(SUPPLIES, bid);
  const known = kept.get(demand);
  if (known) return known;
  const pieces = new Float64Array(demand.units.length);
  let widest = 0;
  let joint = bid.partners !== undefined;
  let [at, capacity, tiers] = [-1, Infinity, false];
  for (let u = 0; u < pieces.length; u += 1) {
    const unit = demand.units[u];
    if (!unit) continue;
    const lot = demand.lots[unit.lot] ?? '';
    if (unit.lot !== at) {
      const terms = own(bid.lots, lot);
      [at, capacity, tiers] = [unit.lot, terms?.capacity ?? Infinity, terms?.tiers !== undefined];
      if (capacity !== Infinity) joint = true;
    }
    const limit = (tier: string) => (tiers ? tierLimit(bid, lot, tier) : Infinity);
    if (unit.pieces > 1) pieces[u] = Math.min(unit.pieces, capacity, limit(unit.cells[0]?.tier ?? ''));
    else pieces[u] = unit.weight <= capacity && unit.cells.every(({ tier, lines }) => lines <= limit(tier)) ? 1 : 0;
    widest = Math.max(widest, (pieces[u] ?? 0) * unit.weight);
  }
  const supply: Supply = { pieces, widest, joint, services: [], offers: new Map() };
  kept.set(demand, supply);
  return supply;
}

/** Do two bands have a price for the same units? */
function alike(a: Float64Array, b: Float64Array): boolean {
  for (let u = 0; u < a.length; u += 1) if (Number.isNaN(a[u]) !== Number.isNaN(b[u])) return false;
  return true;
}

function serviceOf(demand: Demand, bid: ProblemBid, supply: Supply, asked: Float64Array, most: number): Service {
  const known = supply.services.find((one) => one.most === most && (one.asked === asked || alike(one.asked, asked)));
  if (known) return known;
  const count = demand.units.length;
  const units = new Int32Array(count);
  const pieces = new Float64Array(count);
  let [places, reach] = [0, 0];
  for (let u = 0; u < count; u += 1) {
    const { pieces: wanted = 0, weight = 0 } = demand.units[u] ?? {};
    const served = supply.pieces[u] ?? 0;
    const some = wanted > 1 ? Math.min(served, most) : weight <= most ? served : 0;
    if (Number.isNaN(asked[u]) || some <= 0) continue;
    units[places] = u;
    pieces[places] = some;
    places += 1;
    reach += some * weight;
  }
  const all = { most, asked, units: units.slice(0, places), pieces: pieces.slice(0, places), limits: [], reach };
  const service = supply.joint ? { ...all, ...jointly(demand, bid, all) } : all;
  supply.services.push(service);
  return service;
}

/** The limits of lots and partners that bind, and the most lines that they leave altogether. */
function jointly(
  { lots, units }: Demand,
  bid: ProblemBid,
  offered: Pick<Offer, 'units' | 'pieces'>,
): Pick<Offer, 'limits' | 'reach'> {
  const joint = new Set(Object.values(bid.partners ?? {}).flatMap((partner) => partner.lots));
  const byLot = new Map<string, { places: number[]; lines: number }>();
  let reach = 0;
  for (let place = 0; place < offered.units.length; place += 1) {
    const unit = units[offered.units[place] ?? 0];
    const lot = lots[unit?.lot ?? 0] ?? '';
    const lines = (offered.pieces[place] ?? 0) * (unit?.weight ?? 0);
    if (bid.lots[lot]?.capacity === undefined && !joint.has(lot)) {
      reach += lines;
      continue;
    }
    const within = byLot.get(lot) ?? { places: [], lines: 0 };
    byLot.set(lot, within);
    within.places.push(place);
    within.lines += lines;
  }
  const limits: OptionLimit[] = [];
  const limit = (within: { places: number[]; lines: number }, capacity: number): void => {
    if (within.lines <= capacity) return;
    limits.push({ places: Int32Array.from(within.places), lines: capacity });
    within.lines = capacity;
  };
  for (const [lot, within] of byLot) limit(within, bid.lots[lot]?.capacity ?? Infinity);
  for (const partner of Object.values(bid.partners ?? {})) {
    const served = partner.lots.flatMap((lot) => byLot.get(lot) ?? []);
    for (const lot of partner.lots) byLot.delete(lot);
    const all = {
      places: served.flatMap(({ places }) => places).sort((a, b) => a - b),
      lines: served.reduce((sum, { lines }) => sum + lines, 0),
    };
    limit(all, partner.capacity);
    reach += all.lines;
  }
  for (const { lines } of byLot.values()) reach += lines;
  return { limits, reach };
}
