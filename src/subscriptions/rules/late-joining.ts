/**
 * Joining a running agreement: until when, where there is room, and at which price. The price is that of the band which
 * all lines present reach together, the joining ones included, and never worse than what was reached before.
 */
import { type Day, monthsLater } from '../../kernel/calendar.js';
import type { Minor } from '../../kernel/money.js';
import { type Fault, invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import { bandReached, lineMonthly } from '../../pricing/rules/band.js';
import { SMALLEST_CELL_LINES } from '../../pools/rules/suppress.js';
import { ratchet } from '../../pricing/rules/collective-price.js';
import { partnersByLot } from '../../pricing/rules/partners.js';
import type { LotCode, Partner, Tariff, TierCode } from '../../pricing/rules/tariff.js';

/** What is left, at least, of the term of the lines settled first when somebody joins beside them. */
const LEAST_MONTHS_LEFT = 6;

export interface LateCell {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly lotTitle: string;
  readonly regions: readonly string[];
}

/** The agreement that is joined. */
export interface JoinableTerms {
  /** its bands count this agreement's lines, its capacities those of all agreements from the same bid */
  readonly tariff: Tariff;
  /** lines of the provider's other agreements by which this tariff's bands, and its capacity altogether, were lowered */
  readonly heldLines: number;
  /** lines that fill the same capacities: those of the provider's other agreements from the same bid */
  readonly elsewhere: readonly ClassLines[];
  readonly cells: readonly LateCell[];
  readonly settledBand: number;
}

/** Lines of a class, counted. */
export interface ClassLines {
  readonly lot: LotCode;
  readonly tier: TierCode;
  readonly lines: number;
}

export interface WantedPlace {
  readonly region: string;
  readonly tier: TierCode;
  readonly quantity: number;
}

/** What joining costs: the same for all lines of a class that join together. */
export interface LatePrice {
  readonly band: number;
  /** all lines of the agreement, the joining ones included */
  readonly lines: number;
  readonly monthly: Minor;
  readonly setup: Minor;
}

/** The last day on which lines may join an agreement that settled on a day; the term of its lines ends no earlier. */
export function lastJoiningDay(settledOn: Day, termMonths: number): Day {
  return monthsLater(settledOn, termMonths - LEAST_MONTHS_LEFT);
}

/** @returns why late joining cannot be open until that day, or null */
export function whyNotOpenUntil(settledOn: Day | null, termMonths: number, until: Day): Refusal | null {
  if (settledOn === null) {
    return refuse('late-joining.not-settled', 'Lines join an agreement later when those offered first have settled.');
  }
  const last = lastJoiningDay(settledOn, termMonths);
  if (until >= settledOn && until <= last) return null;
  const sentence =
    `the agreement settled on ${settledOn} for ${termMonths} months, and ${LEAST_MONTHS_LEFT} of these ` +
    'must be left of the first lines’ term';
  const reason =
    last < settledOn ? `cannot be given: ${sentence}` : `must be from ${settledOn} to ${last}: ${sentence}`;
  return invalid('late-joining.until', `until ${reason}.`, [{ path: 'until', reason }]);
}

/** @returns why nobody can join today, or null; `until` is the last day on which one can, null when it was never opened */
export function whyNotJoinNow(until: Day | null, today: Day): Refusal | null {
  if (until !== null && today <= until) return null;
  const since = until === null ? '' : `: it was until ${until}`;
  return refuse('late-joining.closed', `This agreement is not open to join${since}.`, { until });
}

/** The class of a place among those that the agreement serves, or what is wrong with it. */
export function classOf(terms: Pick<JoinableTerms, 'cells'>, place: WantedPlace): LateCell | Fault {
  return classesOf(terms)(place);
}

/** The same for many places: an agreement may have thousands of classes, and a spreadsheet many more rows. */
export function classesOf({ cells }: Pick<JoinableTerms, 'cells'>): (place: WantedPlace) => LateCell | Fault {
  const byRegion = new Map<string, Map<TierCode, LateCell>>();
  for (const cell of cells) {
    for (const region of cell.regions) {
      const there = byRegion.get(region) ?? new Map<TierCode, LateCell>();
      if (!there.has(cell.tier)) there.set(cell.tier, cell);
      byRegion.set(region, there);
    }
  }
  return ({ region, tier }) => {
    const there = byRegion.get(region);
    if (!there) {
      return {
        path: 'region',
        reason: `must be a region of the agreement: ${listed([...byRegion.keys()].toSorted())}`,
      };
    }
    const reason = 'must be a service tier that the agreement serves there';
    return there.get(tier) ?? { path: 'tier', reason: `${reason}: ${listed([...there.keys()].toSorted())}` };
  };
}

/** How many more lines of a class the provider can serve; null when it has set no limit. */
export function capacityLeft(
  terms: CapacityTerms,
  present: readonly ClassLines[],
  place: Pick<ClassLines, 'lot' | 'tier'>,
): number | null {
  return new Room(terms, present).left(place);
}

export type CapacityTerms = Pick<JoinableTerms, 'tariff' | 'heldLines' | 'elsewhere'>;

/** What is left of a provider's capacities while lines join one after the other. */
export class Room {
  /** of the whole, of lots, of tiers in lots, and of partners */
  private readonly taken = new Map<string, number>();
  private readonly partners: ReadonlyMap<LotCode, string>;
  private readonly tariff: Tariff;
  private readonly capacity: number | undefined;
  /** lines of this agreement */
  private own = 0;

  constructor({ tariff, heldLines, elsewhere }: CapacityTerms, present: readonly ClassLines[]) {
    this.tariff = tariff;
    this.capacity = tariff.capacity === undefined ? undefined : tariff.capacity + heldLines;
    this.partners = partnersByLot(tariff);
    for (const each of elsewhere) this.fill(each, each.lines);
    for (const each of present) this.take(each, each.lines);
  }

  /** All lines of the agreement that are there now. */
  get lines(): number {
    return this.own;
  }

  /** How many more lines of a class can be served; null when no limit is set. */
  left({ lot, tier }: Pick<ClassLines, 'lot' | 'tier'>): number | null {
    const { lots } = this.tariff;
    const place = Object.hasOwn(lots, lot) ? lots[lot] : undefined;
    const tiers = place?.tiers ?? {};
    const limits = [
      this.capacity,
      place?.capacity,
      Object.hasOwn(tiers, tier) ? tiers[tier]?.capacity : undefined,
      this.partnerOf(lot)?.capacity,
    ];
    const left = this.placesOf(lot, tier).flatMap((key, at) => {
      const most = limits[at];
      return most === undefined ? [] : [Math.max(most - (this.taken.get(key) ?? 0), 0)];
    });
    return left.length === 0 ? null : Math.min(...left);
  }

  take(place: Pick<ClassLines, 'lot' | 'tier'>, lines: number): void {
    this.own += lines;
    this.fill(place, lines);
  }

  private fill({ lot, tier }: Pick<ClassLines, 'lot' | 'tier'>, lines: number): void {
    for (const key of this.placesOf(lot, tier)) this.taken.set(key, (this.taken.get(key) ?? 0) + lines);
  }

  private partnerOf(lot: LotCode): Partner | undefined {
    const name = this.partners.get(lot);
    return name === undefined ? undefined : this.tariff.partners?.[name];
  }

  private placesOf(lot: LotCode, tier: TierCode): string[] {
    const places = ['', JSON.stringify([lot]), JSON.stringify([lot, tier])];
    const partner = this.partners.get(lot);
    return partner === undefined ? places : [...places, JSON.stringify({ partner })];
  }
}

/** The band that prices the agreement when so many lines are present. */
export function bandWith({ tariff, settledBand }: JoinableTerms, lines: number): number {
  return ratchet(settledBand, bandReached(tariff, lines)) ?? settledBand;
}

/**
 * What lines of a class cost when so many lines are present, these included.
 * @throws Error when the tariff has no price for the class: the agreement does not serve it
 */
export function latePrice(
  terms: JoinableTerms,
  lines: number,
  { lot, tier }: Pick<ClassLines, 'lot' | 'tier'>,
): LatePrice {
  const band = bandWith(terms, lines);
  const monthly = lineMonthly(terms.tariff, band, lot, tier);
  if (monthly === null) throw new Error(`the agreement has no price for ${tier} in ${lot}`);
  return { band, lines, monthly, setup: terms.tariff.lots[lot]?.setup ?? 0n };
}

/**
 * May anybody be told what joining saves all others? The amount follows from how many lines each class has: with few of one,
 * whoever asks for some quantities reckons them back.
 */
export function savingsMayBeTold(present: readonly ClassLines[]): boolean {
  return present.every(({ lines }) => lines === 0 || lines >= SMALLEST_CELL_LINES);
}

/** By how much less all lines that are present cost a month when more join: never a negative amount. */
export function saving(terms: JoinableTerms, present: readonly ClassLines[], more: number): Minor {
  const before = linesOf(present);
  return present.reduce((sum, each) => {
    const less = latePrice(terms, before, each).monthly - latePrice(terms, before + more, each).monthly;
    return sum + BigInt(each.lines) * less;
  }, 0n);
}

/** The next better band, and how many lines are missing to it; null when the best is reached. */
export function nextBand(terms: JoinableTerms, lines: number): { from: number; missing: number; band: number } | null {
  const band = bandWith(terms, lines) + 1;
  const next = terms.tariff.bands[band];
  return next === undefined ? null : { from: next.from, missing: next.from - lines, band };
}

export function linesOf(classes: readonly ClassLines[]): number {
  return classes.reduce((sum, each) => sum + each.lines, 0);
}

function listed(codes: readonly string[]): string {
  const more = codes.length > 20 ? ` and ${codes.length - 20} more` : '';
  return `${codes.slice(0, 20).join(', ')}${more}`;
}
