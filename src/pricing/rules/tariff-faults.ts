/**
 * Everything that is wrong with a tariff, each fault at its exact place. The sentences quote what was bid: they are for
 * the bidder alone, and go into no log before the bids are opened.
 */
import { MAX_MINOR, type Minor } from '../../kernel/money.js';
import type { Fault } from '../../kernel/refusal.js';
import { setupMonthly } from './all-in.js';
import {
  type AmountLimits,
  feeFaults,
  feeOrNull,
  optionalLinesFaults,
  priceFaults,
  priceOrNull,
} from './amount-faults.js';
import { bandFaults, risingPrice, unknownTier } from './band-faults.js';
import { partnerFaults } from './partners.js';
import { shapeFaults } from './tariff-shape.js';
import type { LotCode, Tariff, TariffBand, TierCode } from './tariff.js';
import { volumeFaults } from './volume-faults.js';

/** What the tender asks for, as far as a tariff must fit it. */
export interface TariffFrame {
  readonly lots: readonly LotCode[];
  readonly tiers: readonly TierCode[];
  /** months over which the set-up is spread when a line is compared with its cap */
  readonly termMonths: number;
  /** the most a line may cost a month, surcharge and set-up over the term included; a tier that is absent has no cap */
  readonly priceCaps: Readonly<Record<TierCode, Minor>>;
  /** absent: nothing is too large but what is no amount at all */
  readonly limits?: AmountLimits;
  /** lines demanded per lot, as providers see them; when given, a minimum that the demand cannot reach is a fault */
  readonly demandByLot?: Readonly<Record<LotCode, number>>;
}

/**
 * The faults of a tariff against its tender; empty when it may be bid. Nothing is taken from the declared type, as the
 * tariff comes from outside: when its containers are not even shaped like a tariff, only that is said.
 */
export function tariffFaults(tariff: Tariff, frame: TariffFrame): Fault[] {
  const shape = shapeFaults(tariff);
  if (shape.length > 0) return shape;
  return [
    ...bandFaults(tariff.bands, frame.tiers, frame.limits?.amount),
    ...tariff.bands.flatMap((band, index) => overrideFaults(tariff, frame, band, index)),
    ...overrideOrderFaults(tariff, frame),
    ...capFaults(tariff, frame),
    ...lotFaults(tariff, frame),
    ...partnerFaults(tariff),
    ...optionalLinesFaults('capacity', tariff.capacity, 1),
    ...optionalLinesFaults('minimumLines', tariff.minimumLines, 0),
    ...feeFaults('activation', tariff.activation, frame.limits?.activation),
    ...volumeFaults(tariff, frame.demandByLot),
  ];
}

function lotFaults(tariff: Tariff, frame: TariffFrame): Fault[] {
  const covered = Object.entries(tariff.lots);
  if (covered.length === 0) {
    return [{ path: 'lots', reason: `The tariff covers no lot; name at least one of ${frame.lots.join(', ')}.` }];
  }
  return covered.flatMap(([lot, place]) => {
    const path = `lots.${lot}`;
    if (!frame.lots.includes(lot)) return [unknownLot(path, lot, frame)];
    const faults = [
      ...feeFaults(`${path}.surcharge`, place.surcharge, frame.limits?.amount),
      ...feeFaults(`${path}.setup`, place.setup, frame.limits?.amount),
      ...optionalLinesFaults(`${path}.capacity`, place.capacity, 1),
    ];
    for (const [tier, limit] of Object.entries(place.tiers ?? {})) {
      const at = `${path}.tiers.${tier}`;
      if (frame.tiers.includes(tier)) faults.push(...optionalLinesFaults(`${at}.capacity`, limit.capacity, 1));
      else faults.push(unknownTier(at, tier, frame.tiers));
    }
    if (tariff.bands.length > 0 && !tariff.bands.some((band) => offersIn(band, lot))) {
      faults.push({ path, reason: `No band has a price for any tier in lot ${lot}; give one, or leave the lot out.` });
    }
    return faults;
  });
}

function overrideFaults(tariff: Tariff, frame: TariffFrame, band: TariffBand, index: number): Fault[] {
  return Object.entries(band.lotMonthly ?? {}).flatMap(([lot, prices]) => {
    const path = `bands.${index}.lotMonthly.${lot}`;
    if (!frame.lots.includes(lot)) return [unknownLot(path, lot, frame)];
    if (!Object.hasOwn(tariff.lots, lot)) {
      return [
        { path, reason: `There are prices for lot ${lot}, which the tariff does not cover; add it to the lots.` },
      ];
    }
    return Object.entries(prices).flatMap(([tier, price]) => {
      const at = `${path}.${tier}`;
      return frame.tiers.includes(tier)
        ? priceFaults(at, price, frame.limits?.amount)
        : [unknownTier(at, tier, frame.tiers)];
    });
  });
}

/** Lot prices must follow the bands as the others do: there in every band, or backed by the band's own; never rising. */
function overrideOrderFaults(tariff: Tariff, frame: TariffFrame): Fault[] {
  const faults: Fault[] = [];
  for (const [lot, tier] of overridden(tariff, frame)) {
    const offeredEverywhere = tariff.bands.some((band) => Object.hasOwn(band.monthly, tier));
    let before: Quote | null = null;
    for (const [index, band] of tariff.bands.entries()) {
      const path = `bands.${index}.lotMonthly.${lot}.${tier}`;
      const quote = quoted(band, lot, tier);
      if (quote === null && !offeredEverywhere) {
        const reason = `This band has no price for ${tier} in lot ${lot}, which another band offers there; give one.`;
        faults.push({ path, reason });
      }
      const price = priceOrNull(quote?.price);
      const last = priceOrNull(before?.price);
      if (price !== null && last !== null && price > last && (quote?.own === true || before?.own === true)) {
        faults.push(risingPrice(path, price, last));
      }
      before = quote;
    }
  }
  return faults;
}

/**
 * A line must fit the tender's cap, and what can be reckoned with. Without the set-up, a cap could be passed by asking
 * once for what may not be asked monthly.
 */
function capFaults(tariff: Tariff, frame: TariffFrame): Fault[] {
  const covered = Object.keys(tariff.lots).filter((lot) => frame.lots.includes(lot));
  return tariff.bands.flatMap((band, index) =>
    frame.tiers.flatMap((tier) => {
      const [cap, limit] = capOf(frame, tier);
      const costs = covered.map((lot) => costOf(tariff, frame, band, lot, tier));
      const over = costs.filter((cost) => cost.all > cap);
      const ofBand = over.filter(({ lot }) => quoted(band, lot, tier)?.own !== true);
      const ofLots = over.filter(({ lot }) => quoted(band, lot, tier)?.own === true);
      const faultAt = (path: string, found: readonly LineCost[]): Fault => {
        return { path, reason: overCap(`a line of ${tier} in band ${index}`, limit, found, frame.termMonths) };
      };
      const faults = ofLots.map((cost) => faultAt(`bands.${index}.lotMonthly.${cost.lot}.${tier}`, [cost]));
      const price = Object.hasOwn(band.monthly, tier) ? priceOrNull(band.monthly[tier], frame.limits?.amount) : null;
      if (price !== null && price > cap) faults.unshift(faultAt(`bands.${index}.monthly.${tier}`, []));
      else if (ofBand.length > 0) faults.unshift(faultAt(`bands.${index}.monthly.${tier}`, ofBand));
      return faults;
    }),
  );
}

/** The most a line of a tier may cost a month, and that in words. */
function capOf({ priceCaps, limits }: TariffFrame, tier: TierCode): readonly [Minor, string] {
  const cap = Object.hasOwn(priceCaps, tier) ? (priceCaps[tier] ?? MAX_MINOR) : MAX_MINOR;
  const most = limits?.lineMonthly ?? MAX_MINOR;
  return cap <= most
    ? [cap, `the tender's cap of ${cap} minor units a month`]
    : [most, `the ${most} minor units a month that a line can be reckoned with in this tender`];
}

/** What a line costs a month. */
interface LineCost {
  readonly lot: LotCode;
  readonly price: Minor;
  readonly surcharge: Minor;
  /** the set-up's share of each month */
  readonly setup: Minor;
  readonly all: Minor;
}

/** The cost of a line; zero when an amount of it is none or is already at fault by itself. */
function costOf(tariff: Tariff, frame: TariffFrame, band: TariffBand, lot: LotCode, tier: TierCode): LineCost {
  const price = priceOrNull(quoted(band, lot, tier)?.price, frame.limits?.amount);
  const surcharge = feeOrNull(tariff.lots[lot]?.surcharge, frame.limits?.amount);
  const once = feeOrNull(tariff.lots[lot]?.setup, frame.limits?.amount);
  if (price === null || surcharge === null || once === null) {
    return { lot, price: 0n, surcharge: 0n, setup: 0n, all: 0n };
  }
  const setup = setupMonthly(once, frame.termMonths);
  return { lot, price, surcharge, setup, all: price + surcharge + setup };
}

/** @param costs of the lots in which the line is too dear; none when its price alone is */
function overCap(line: string, limit: string, costs: readonly LineCost[], termMonths: number): string {
  const [first, ...others] = costs;
  if (first === undefined) {
    return `The price alone of ${line} is above ${limit}, within which surcharge and set-up must fit too; lower it.`;
  }
  const named = others.slice(0, 3).map(({ lot }) => lot);
  if (others.length > named.length) named.push(`${others.length - named.length} more`);
  return (
    `In lot ${first.lot}, ${line} costs ${first.all}: the price of ${first.price}, the surcharge of ${first.surcharge} ` +
    `and ${first.setup} for the set-up, spread over ${termMonths} months. That is above ${limit}; lower one of them.` +
    (named.length > 0 ? ` So it is in ${named.join(', ')} too.` : '')
  );
}

interface Quote {
  readonly price: unknown;
  /** the lot's own price, not the band's */
  readonly own: boolean;
}

/** What a band says a tier costs in a lot, whatever was written there; null when it says nothing. */
function quoted(band: TariffBand, lot: LotCode, tier: TierCode): Quote | null {
  const prices = band.lotMonthly && Object.hasOwn(band.lotMonthly, lot) ? band.lotMonthly[lot] : undefined;
  if (prices && Object.hasOwn(prices, tier)) return { price: prices[tier], own: true };
  return Object.hasOwn(band.monthly, tier) ? { price: band.monthly[tier], own: false } : null;
}

function offersIn(band: TariffBand, lot: LotCode): boolean {
  const prices = band.lotMonthly && Object.hasOwn(band.lotMonthly, lot) ? band.lotMonthly[lot] : undefined;
  return Object.keys(band.monthly).length > 0 || Object.keys(prices ?? {}).length > 0;
}

function overridden(tariff: Tariff, frame: TariffFrame): [LotCode, TierCode][] {
  return Object.keys(tariff.lots)
    .filter((lot) => frame.lots.includes(lot))
    .flatMap((lot) =>
      frame.tiers
        .filter((tier) => tariff.bands.some((band) => quoted(band, lot, tier)?.own === true))
        .map((tier): [LotCode, TierCode] => [lot, tier]),
    );
}

function unknownLot(path: string, lot: LotCode, frame: TariffFrame): Fault {
  return { path, reason: `There is no lot ${lot} in this tender; the lots are ${frame.lots.join(', ')}.` };
}
