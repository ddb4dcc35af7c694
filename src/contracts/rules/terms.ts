/** What the parties agree on: the content of a framework agreement, from which its contract is written. */
import type { AwardCell, Winner } from '../../awards/rules/award.js';
import { canonicalJson } from '../../kernel/canonical.js';
import type { Minor } from '../../kernel/money.js';
import { passedBands, tariffBeside } from '../../pricing/rules/tariff-beside.js';
import type { LotCode, Tariff, TariffBand, TierCode } from '../../pricing/rules/tariff.js';

/** Names the clauses of `modelContract`: other clauses need another name, for the content hash stands for both. */
export const MODEL = 'pumasi-framework-agreement-1';

/** Lines of a lot and tier. Where they begin among all of them is left out: it would tell how many a rival won. */
export interface AgreementCell extends Omit<AwardCell, 'from'> {
  readonly lotTitle: string;
  /** codes of the lot's regions */
  readonly regions: readonly string[];
}

/** The content of an agreement. Instants are ISO 8601 texts; money is in minor units of `currency`. */
export interface AgreementContent {
  readonly model: typeof MODEL;
  readonly number: string;
  /** counts how often the agreement was issued; a return voids what came before */
  readonly edition: number;
  readonly issuedAt: string;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly poolId: string;
  readonly tenderId: string;
  readonly tenderTitle: string;
  readonly tenderHash: string;
  readonly awardId: string;
  readonly awardHash: string;
  readonly bidId: string;
  /** the label of the alternative that won, whose tariff this is; absent when the main tariff did */
  readonly alternative?: string;
  readonly standstillEndsAt: string;
  readonly currency: string;
  readonly termMonths: number;
  /** calendar days that members have to answer their offers */
  readonly offerDays: number;
  /**
   * lines that the provider holds under its other agreements of the tender, as the award says; they stay as many here,
   * whatever becomes of them
   */
  readonly heldLines: number;
  /** the provider's tariff for the lots of this agreement, beside the lines it holds: its bands count this one's lines */
  readonly tariff: Tariff;
  /** index of the band of this tariff that the awarded lines reach */
  readonly band: number;
  readonly lines: number;
  readonly cells: readonly AgreementCell[];
  /** cost of the awarded lines over the term, activation included unless it is charged with the lines held */
  readonly costMinor: Minor;
  /** monthly price per tier without the pool; only tiers for which the pool gave one */
  readonly openMarket: Readonly<Record<TierCode, Minor>>;
  /** what the parties agreed beside the model, when it was issued again */
  readonly specialConditions: string | null;
}

/** What of the tender an agreement takes over. */
export interface AgreementTender {
  readonly id: string;
  readonly poolId: string;
  readonly title: string;
  readonly contentHash: string;
  readonly currency: string;
  readonly termMonths: number;
  readonly offerDays: number;
  readonly lots: readonly { readonly code: LotCode; readonly title: string; readonly regions: readonly string[] }[];
}

export interface AgreementParties {
  readonly number: string;
  readonly agencyId: string;
  readonly agencyName: string;
  readonly providerName: string;
}

/** The content of the first edition of a winner's agreement. */
export function agreementContent(
  winner: Winner,
  tariff: Tariff,
  award: { readonly id: string; readonly contentHash: string; readonly standstillEndsAt: Date },
  tender: AgreementTender,
  openMarket: Readonly<Record<TierCode, Minor>>,
  parties: AgreementParties,
  now: Date,
): AgreementContent {
  const won = new Set(winner.cells.map((cell) => cell.lot));
  const lots = new Map(tender.lots.map((lot) => [lot.code, lot]));
  return {
    model: MODEL,
    edition: 1,
    issuedAt: now.toISOString(),
    ...parties,
    providerId: winner.providerId,
    poolId: tender.poolId,
    tenderId: tender.id,
    tenderTitle: tender.title,
    tenderHash: tender.contentHash,
    awardId: award.id,
    awardHash: award.contentHash,
    bidId: winner.bidId,
    ...(winner.alternative === undefined ? {} : { alternative: winner.alternative }),
    standstillEndsAt: award.standstillEndsAt.toISOString(),
    currency: tender.currency,
    termMonths: tender.termMonths,
    offerDays: tender.offerDays,
    heldLines: winner.heldLines,
    tariff: tariffFor(tariffBeside(tariff, winner.heldLines), won),
    band: winner.band - passedBands(tariff, winner.heldLines),
    lines: winner.lines,
    cells: winner.cells.map(({ lot, tier, lines }) => ({
      lot,
      tier,
      lines,
      lotTitle: lots.get(lot)?.title ?? lot,
      regions: [...(lots.get(lot)?.regions ?? [])].sort(),
    })),
    costMinor: winner.costMinor,
    openMarket,
    specialConditions: null,
  };
}

/** The canonical text of an agreement's content: what is hashed, and by its hash signed. */
export function agreementText(content: AgreementContent): string {
  return canonicalJson(content);
}

function tariffFor(tariff: Tariff, won: ReadonlySet<LotCode>): Tariff {
  const here = <T>(byLot: Readonly<Record<LotCode, T>>): Record<LotCode, T> =>
    Object.fromEntries(Object.entries(byLot).filter(([lot]) => won.has(lot)));
  const bands = tariff.bands.map((band): TariffBand => {
    const { lotMonthly, ...rest } = band;
    const kept = here(lotMonthly ?? {});
    return Object.keys(kept).length === 0 ? rest : { ...rest, lotMonthly: kept };
  });
  const { partners, ...rest } = tariff;
  const joint = Object.entries(partners ?? {})
    .map(([name, { lots, capacity }]) => [name, { lots: lots.filter((lot) => won.has(lot)), capacity }] as const)
    .filter(([, { lots }]) => lots.length > 0);
  return {
    ...rest,
    bands,
    lots: here(tariff.lots),
    ...(joint.length === 0 ? {} : { partners: Object.fromEntries(joint) }),
  };
}
