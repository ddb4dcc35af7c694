/**
 * What winners hold beside an award: lines under the tender's other awards. They fill capacities from the moment they
 * are drafted; bands and minimum count them once they are decided on, for only then does anybody rely on them. Lines that
 * joined its agreements later fill capacities, too, and nothing else.
 */
import type { Minor } from '../../kernel/money.js';
import { type Refusal, refuse } from '../../kernel/refusal.js';
import { lineOverTerm } from '../../pricing/rules/all-in.js';
import { bandReached, lineMonthly } from '../../pricing/rules/band.js';
import type { ProblemBid, ProblemRules } from '../../allocation/rules/problem.js';
import { bidOf } from '../../auctions/rules/tariff-id.js';
import { tariffBeside } from '../../pricing/rules/tariff-beside.js';
import { type OneTariff, tariffBy } from '../../pricing/rules/alternatives.js';
import type { LotCode, Partner, Tariff, TariffLot, TierCode } from '../../pricing/rules/tariff.js';
import type { AwardBid, AwardCell, Winner } from './award.js';

/** Lines that a winner holds under another award of the same tender. */
export interface HeldCell {
  readonly bidId: string;
  readonly providerId: string;
  /** by which alternative of the bid; absent or null when by its main tariff */
  readonly alternative?: string | null;
  readonly lot: LotCode;
  readonly tier: TierCode;
  /** as awarded; as settled once its members have answered */
  readonly lines: number;
  /** lines that joined the agreement later; none unless said */
  readonly joined?: number;
  /** the other award was approved and did not fall */
  readonly decided: boolean;
}

/** The lines of a bid with which its bands and minimum count on. */
export function heldLines(held: readonly HeldCell[], bidId: string): number {
  return linesOf(held.filter((cell) => cell.bidId === bidId && cell.decided));
}

/**
 * Whether a tariff of a bid may win beside what the bid holds: of all its tariffs one wins in the tender, and who holds lines
 * by one wins more by the same one only, also where these settled at none: there is an agreement by it.
 */
export function mayWinBeside(
  { bidId, alternative }: Pick<OneTariff, 'alternative'> & Pick<AwardBid, 'bidId'>,
  held: readonly HeldCell[],
): boolean {
  return held.every((cell) => cell.bidId !== bidId || (cell.alternative ?? null) === alternative);
}

/** What a bid's tariff still offers beside what it holds. Lots without capacity are left out. */
export function tariffLeft(bidId: string, tariff: Tariff, held: readonly HeldCell[]): Tariff {
  const own = held.filter((cell) => cell.bidId === bidId);
  const lots: Record<LotCode, TariffLot> = {};
  for (const [lot, place] of Object.entries(tariff.lots)) {
    const here = lotLeft(
      place,
      own.filter((cell) => cell.lot === lot),
    );
    if (here !== null) lots[lot] = here;
  }
  const beside = tariffBeside(tariff, heldLines(held, bidId));
  return {
    ...beside,
    lots,
    ...(tariff.capacity === undefined ? {} : { capacity: tariff.capacity - usedOf(own) }),
    ...(tariff.partners === undefined ? {} : { partners: partnersLeft(tariff.partners, own) }),
  };
}

/** What partners can serve beside the lines that their bid holds in their lots. */
function partnersLeft(partners: NonNullable<Tariff['partners']>, own: readonly HeldCell[]): Record<string, Partner> {
  const left = Object.entries(partners).map(([name, { lots, capacity }]): [string, Partner] => {
    const taken = usedOf(own.filter(({ lot }) => lots.includes(lot)));
    return [name, { lots, capacity: Math.max(0, capacity - taken) }];
  });
  return Object.fromEntries(left);
}

/** The terms of a lot beside what its bid holds there; null when nothing is left. */
function lotLeft(place: TariffLot, own: readonly HeldCell[]): TariffLot | null {
  const capacity = place.capacity === undefined ? undefined : place.capacity - usedOf(own);
  if (capacity !== undefined && capacity < 1) return null;
  const tiers = Object.entries(place.tiers ?? {}).map(([tier, limit]) => {
    const taken = usedOf(own.filter((cell) => cell.tier === tier));
    return [tier, limit.capacity === undefined ? {} : { capacity: limit.capacity - taken }] as const;
  });
  return {
    ...place,
    ...(capacity === undefined ? {} : { capacity }),
    ...(place.tiers === undefined ? {} : { tiers: Object.fromEntries(tiers) }),
  };
}

/**
 * What providers are paid over the term for the lines that they hold: those of a bid in the band that all of them reach,
 * with its activation. That further lines might make these cheaper is not counted: a budget is rather kept than not.
 * @param bids all that hold lines, and others
 * @returns amounts by provider
 */
export function heldPaid(
  bids: readonly AwardBid[],
  held: readonly HeldCell[],
  termMonths: number,
): Record<string, Minor> {
  const paid = new Map<string, Minor>();
  for (const bid of bids) {
    const { bidId, providerId } = bid;
    const own = held.filter((cell) => cell.bidId === bidId);
    if (own.length === 0) continue;
    const tariff = tariffBy(bid.tariff, own[0]?.alternative);
    const band = bandReached(tariff, linesOf(own)) ?? 0;
    const cost = own.reduce(
      (sum, { lot, tier, lines }) =>
        sum +
        BigInt(lines) *
          lineOverTerm(lineMonthly(tariff, band, lot, tier) ?? 0n, tariff.lots[lot]?.setup ?? 0n, termMonths),
      tariff.activation ?? 0n,
    );
    paid.set(providerId, (paid.get(providerId) ?? 0n) + cost);
  }
  return Object.fromEntries([...paid].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Why an evaluation no longer tells what its winners would ask: they hold other lines now than those with which their
 * prices were found.
 * @returns the refusal to decide on it, or null
 */
export function whyHeldChanged(
  winners: readonly Pick<Winner, 'bidId' | 'providerId' | 'heldLines'>[],
  held: readonly HeldCell[],
): Refusal | null {
  const changed = winners.find((winner) => winner.heldLines !== heldLines(held, winner.bidId));
  if (changed === undefined) return null;
  return refuse(
    'award.held-changed',
    'Since this award was evaluated, the lines that a winner holds under other awards of the tender have changed, and ' +
      'its prices with them. Have it evaluated again.',
    { providerId: changed.providerId, evaluatedWith: changed.heldLines, holds: heldLines(held, changed.bidId) },
  );
}

/**
 * Why winners can no longer serve what an evaluation gave them: lines have joined their other agreements since.
 * @param bids the winners' among them
 * @returns the refusal to decide on it, or null
 */
export function whyNoRoom(
  winners: readonly Pick<Winner, 'bidId' | 'providerId' | 'alternative' | 'cells'>[],
  bids: readonly Pick<AwardBid, 'bidId' | 'tariff'>[],
  held: readonly HeldCell[],
): Refusal | null {
  const tariffs = new Map(bids.map(({ bidId, tariff }) => [bidId, tariff]));
  const crowded = winners.find(({ bidId, alternative, cells }) => {
    const bid = tariffs.get(bidId);
    return bid !== undefined && !hasRoom(tariffLeft(bidId, tariffBy(bid, alternative), held), cells);
  });
  if (crowded === undefined) return null;
  return refuse(
    'award.held-changed',
    'Since this award was evaluated, lines have joined other agreements of a winner, and it cannot serve all that it won ' +
      'here beside them. Have it evaluated again.',
    { providerId: crowded.providerId },
  );
}

function hasRoom({ capacity, lots, partners = {} }: Tariff, cells: readonly AwardCell[]): boolean {
  const fits = (most: number | undefined, here: readonly AwardCell[]) => linesOf(here) <= (most ?? Infinity);
  return (
    fits(capacity, cells) &&
    Object.values(partners).every((each) =>
      fits(
        each.capacity,
        cells.filter(({ lot }) => each.lots.includes(lot)),
      ),
    ) &&
    cells.every(({ lot, tier }) => {
      const place = lots[lot];
      if (place === undefined) return false;
      const there = cells.filter((cell) => cell.lot === lot);
      const ofTier = there.filter((cell) => cell.tier === tier);
      return fits(place.capacity, there) && fits(place.tiers?.[tier]?.capacity, ofTier);
    })
  );
}

/**
 * Why an evaluation no longer keeps the tender's rules over all its awards: what others hold counts in them, and has changed.
 * What joined later counts in none.
 * @param evaluated the hash of what was asked but for that
 * @param present the same, and the rules of the problem, as it is asked at this moment
 * @returns the refusal to decide on it, or null, also where nothing of what others hold counts in the rules
 */
export function whyAskedAnew(
  evaluated: string | null,
  present: { readonly settledHash: string; readonly rules: Pick<ProblemRules, 'paid' | 'groups'> },
): Refusal | null {
  const { paid, groups = [] } = present.rules;
  if (evaluated === present.settledHash) return null;
  if (paid === undefined && groups.every((group) => group.winners === undefined)) return null;
  return refuse(
    'award.held-changed',
    'Since this award was evaluated, what winners hold beside it has changed, and the tender has rules about what all ' +
      'winners have together. Have it evaluated again.',
  );
}

/** A sentence for each bid whose volumes in the explanation come on top of lines it holds. Ids are as the solver's. */
export function heldWords(bids: readonly Pick<ProblemBid, 'id' | 'provider'>[], held: readonly HeldCell[]): string[] {
  return bids.flatMap(({ id, provider }) => {
    const lines = heldLines(held, bidOf(id));
    if (lines === 0) return [];
    const several = lines === 1 ? '1 line' : `${lines} lines`;
    return [
      `${provider} (bid ${id}) holds ${several} in this tender already: its bands, minimum and capacity count ` +
        'together with these, so the volumes given here come on top, and its activation is not charged again.',
    ];
  });
}

/** The lines that fill capacities. */
function usedOf(cells: readonly HeldCell[]): number {
  return cells.reduce((sum, { lines, joined = 0 }) => sum + lines + joined, 0);
}

/** The lines of cells altogether. */
export function linesOf(cells: readonly { readonly lines: number }[]): number {
  return cells.reduce((sum, cell) => sum + cell.lines, 0);
}
