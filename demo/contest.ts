/** Who plays which part in the auction of a demonstration: it follows from the opened tariffs, so that it never changes. */
import type { User } from './api.js';
import { type TariffBody, tariffOf } from './bidders.js';
import type { DemoInput } from './input.js';
import type { Play } from './play.js';
import { standingsNow } from './auction-api.js';

export interface Contestant {
  readonly name: string;
  /** what it is called until the end */
  readonly alias: string;
  readonly user: User;
  /** as its sealed bid was opened */
  readonly opening: TariffBody;
}

export interface Contest {
  readonly tenderId: string;
  /** the two strongest that want the same lots: they leave it to proxies */
  readonly rivals: readonly [Contestant, Contestant];
  /** the lots that both of them offer */
  readonly contested: readonly string[];
  /** all others, the strongest first: they improve by hand */
  readonly others: readonly Contestant[];
}

interface Lots {
  readonly id: string;
  readonly lots: readonly { readonly code: string; readonly regions: readonly string[] }[];
}

/** The parts, or null when no two bidders want the same lot, or nobody else is there. */
export async function contestOf(play: Play, tender: Lots): Promise<Contest | null> {
  const { input, cast } = play;
  const aliases = new Map((await standingsNow(play, tender.id)).items.map(({ name, alias }) => [name, alias]));
  const lots = new Map(tender.lots.map(({ code, regions }) => [code, regions]));
  const contestants = input.bidders.flatMap((plan): Contestant[] => {
    const user = cast.providers.get(plan.provider);
    const alias = aliases.get(plan.provider);
    if (!user || alias === undefined) return [];
    return [{ name: plan.provider, alias, user, opening: tariffOf(plan, lots, input.survey.lines) }];
  });
  const [first, ...behind] = strongestFirst(
    contestants,
    [...lots].map(([code, regions]) => ({ code, demand: demandOf(input, regions) })),
    input.termMonths,
  );
  const shared = ({ opening }: Contestant): string[] =>
    Object.keys(opening.lots).filter((lot) => first !== undefined && Object.hasOwn(first.opening.lots, lot));
  const second = behind.find((one) => shared(one).length > 0);
  const others = behind.filter((one) => one !== second);
  if (!first || !second || others.length === 0) return null;
  return { tenderId: tender.id, rivals: [first, second], contested: shared(second).sort(), others };
}

/** Lines by tier that are wanted in some regions. */
function demandOf({ survey, tiers }: DemoInput, regions: readonly string[]): [string, number][] {
  return tiers.map(({ code }) => [
    code,
    regions.reduce((lines, region) => lines + (survey.demand.get(`${region} ${code}`) ?? 0), 0),
  ]);
}

interface Lot {
  readonly code: string;
  readonly demand: readonly (readonly [string, number])[];
}

/** By what their best prices come to, against the lowest of all for the same lots. */
function strongestFirst(contestants: readonly Contestant[], lots: readonly Lot[], termMonths: number): Contestant[] {
  const costs = contestants.map(({ opening }) => lots.map((lot) => costOf(opening, lot, termMonths)));
  const lowest = lots.map((_lot, index) => Math.min(...costs.map((of) => of[index] ?? Infinity)));
  const strength = costs.map((of) => {
    const offered = lots.map((_lot, index) => index).filter((index) => of[index] !== null);
    const sum = (amounts: readonly (number | null | undefined)[]): number =>
      offered.reduce((total, index) => total + (amounts[index] ?? 0), 0);
    return sum(of) / sum(lowest);
  });
  return contestants
    .map((contestant, index) => ({ contestant, dearness: strength[index] ?? Infinity }))
    .sort((a, b) => a.dearness - b.dearness)
    .map(({ contestant }) => contestant);
}

/** What a lot costs over the term in the best band; null when it is not offered. */
function costOf({ bands, lots }: TariffBody, { code, demand }: Lot, termMonths: number): number | null {
  const place = lots[code];
  const monthly = bands.at(-1)?.monthly;
  if (!place || !monthly) return null;
  return demand.reduce(
    (cost, [tier, lines]) =>
      cost + lines * (((monthly[tier] ?? 0) + (place.surcharge ?? 0)) * termMonths + (place.setup ?? 0)),
    0,
  );
}
