/** The tariffs of a log, as far as they are disclosed: their receipts, and whether each improves the one before. */
import type { Fault } from '../../kernel/refusal.js';
import type { OneTariff } from '../../pricing/rules/alternatives.js';
import { shapeFaults } from '../../pricing/rules/tariff-shape.js';
import { tariffFaults } from '../../pricing/rules/tariff-faults.js';
import { tariffOfJson } from '../../pricing/rules/tariff-json.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { MAX_ALTERNATIVES } from './room.js';
import type { TariffInAuction } from './auction-problem.js';
import type { Reference } from './evaluated-cost.js';
import type { Alias, AuctionContent, AuctionEvent, Entry, EventBodies } from './events.js';
import { whyNotImprove } from './improvement.js';
import type { LogFile, OpenedTariff } from './log-file.js';
import { liveReceiptText } from './log.js';
import { partsText, partText, receiptText, sealedText } from './receipt.js';
import { first } from './shape.js';
import { alternativeOf, bidOf } from './tariff-id.js';
import type { Unchecked, VerifyMeans } from './verify-means.js';

/** What tariffs are measured by. */
export interface Ground {
  readonly problem: AuctionContent['problem'];
  readonly reference: Reference;
}

/** A bid in its place, with those of its tariffs that are disclosed; without alternatives it has one. */
interface Placed {
  readonly sequence: number;
  readonly receivedAt: Date;
  readonly tariffs: readonly OneTariff[];
  /** how many there are */
  readonly of: number;
}

export class TariffBook {
  private readonly placed = new Map<Alias, Placed[]>();
  private readonly mentioned = new Set<string>();
  /** commitments of bids with alternatives */
  private readonly several = new Set<string>();
  /** whether sealed bids decide, which may have alternatives */
  private decides = false;

  constructor(
    private readonly file: LogFile,
    private readonly means: VerifyMeans,
    private readonly unchecked: Unchecked,
  ) {}

  /** Takes the tariffs of the opening. @returns why their receipts or they themselves do not fit */
  open({ body }: AuctionEvent<'opened'>, ground: Ground | null): string | null {
    const { auctionId, entries, settings } = body;
    const aliases = new Set(entries.map(({ alias }) => alias));
    if (aliases.size < entries.length) return 'A participant is named twice.';
    const slashed = entries.find(({ alias }) => alternativeOf(alias) !== null);
    if (slashed) return `${slashed.alias} would name an alternative of another participant.`;
    const several = settings.format === 'sealed';
    this.decides = several;
    return first(
      entries.map(
        (entry) => () => this.whyNoEntry(auctionId, entry) ?? this.place(entry, { sequence: 1, several }, ground),
      ),
    );
  }

  /** Takes an improvement. @returns why its receipt or it itself does not fit */
  improve(
    { body, sequence }: AuctionEvent<'bid'>,
    auctionId: string,
    ground: Ground | null,
    minimumStepBp: number,
  ): string | null {
    const last = this.placed.get(body.alias)?.at(-1);
    if (last && last.of > 1) return `The bid of ${body.alias} has alternatives, and such a bid is not improved.`;
    const why = this.whyNoReceipt(auctionId, body) ?? this.place(body, { sequence, several: false }, ground);
    if (why !== null) return why;
    const next = this.placed.get(body.alias)?.at(-1);
    const [before, after] = [last?.tariffs[0]?.tariff, next?.tariffs[0]?.tariff];
    if (before === undefined || after === undefined || ground === null) {
      this.unchecked.note('that the improvement is nowhere dearer and large enough', sequence);
      return null;
    }
    return whyNotImprove(before, after, ground.reference, minimumStepBp)?.message ?? null;
  }

  /** The tariffs of all participants as of an event, each by itself; null when one of them is not disclosed. */
  asOf(upTo: number): TariffInAuction[] | null {
    const all = this.lastOf(upTo).every(({ last }) => last !== undefined && last.tariffs.length === last.of);
    return all ? this.knownAsOf(upTo) : null;
  }

  /** Those of the tariffs as of an event that are disclosed. */
  knownAsOf(upTo: number): TariffInAuction[] {
    return this.lastOf(upTo).flatMap(({ alias, last }) =>
      last ? last.tariffs.map((one) => ({ alias, receivedAt: last.receivedAt, ...one })) : [],
    );
  }

  /** Why nothing can be won as of an event by a tariff of this name; null when it can, or when that cannot be known. */
  whyNotBid(id: string, upTo: number): string | null {
    const [alias, alternative] = [bidOf(id), alternativeOf(id)];
    const last = this.placed.get(alias)?.findLast(({ sequence }) => sequence <= upTo);
    if (last === undefined) return `There is no participant ${alias}.`;
    if (alternative !== null && !this.decides) {
      return `${alias} wins by an alternative, which only sealed bids that decide may have.`;
    }
    const known = last.tariffs.some((one) => one.alternative === alternative);
    if (known || last.tariffs.length < last.of) return null;
    return `The bid of ${alias} has no alternative "${alternative}".`;
  }

  /** Tariffs in the file that no event is about. */
  strangers(): string[] {
    return [
      ...Object.keys(this.file.tariffs).filter((commitment) => !this.mentioned.has(commitment)),
      ...Object.keys(this.file.parts ?? {}).filter((commitment) => !this.several.has(commitment)),
    ];
  }

  private lastOf(upTo: number): { readonly alias: Alias; readonly last: Placed | undefined }[] {
    return [...this.placed].map(([alias, placed]) => {
      return { alias, last: placed.findLast(({ sequence }) => sequence <= upTo) };
    });
  }

  /** A practice auction's receipts name itself: none of them proves a bid in the tender that it is about. */
  private whyNoEntry(auctionId: string, { bidId, sequence, commitment, receivedAt, signature, alias }: Entry) {
    const receipt = receiptText({ bidId, tenderId: auctionId, sequence, commitment, receivedAt: new Date(receivedAt) });
    return this.signed(receipt, signature) ? null : `The receipt of ${alias}'s sealed bid is not signed by this key.`;
  }

  private whyNoReceipt(auctionId: string, body: EventBodies['bid']): string | null {
    const { alias, revision, commitment, receivedAt, signature } = body;
    const receipt = liveReceiptText({ auctionId, alias, revision, commitment, receivedAt: new Date(receivedAt) });
    return this.signed(receipt, signature) ? null : 'Its receipt is not signed by this key.';
  }

  private signed(receipt: string, signature: string): boolean {
    return this.means.isSigned(receipt, signature, this.file.publicKey);
  }

  private place(
    { alias, commitment, receivedAt }: Pick<Entry, 'alias' | 'commitment' | 'receivedAt'>,
    { sequence, several }: { readonly sequence: number; readonly several: boolean },
    ground: Ground | null,
  ): string | null {
    const { parts = {} } = this.file;
    const among = Object.hasOwn(parts, commitment) ? (parts[commitment] ?? []) : null;
    const why = among && this.whyNotApart(alias, commitment, among, several);
    if (why !== null) return why;
    const commitments = among ?? [commitment];
    if (among) this.several.add(commitment);
    for (const each of commitments) this.mentioned.add(each);
    const tariffs: OneTariff[] = [];
    for (const each of commitments) {
      const opened = Object.hasOwn(this.file.tariffs, each) ? this.file.tariffs[each] : undefined;
      if (!opened) continue;
      const label = opened.alternative ?? null;
      if ((opened.alternative === undefined) !== (among === null) || !this.isOpened(opened, each)) {
        return `The tariff of ${alias} is not the one that was committed to.`;
      }
      const last = tariffs.at(-1);
      const inPlace = each === commitments[0] ? label === null : label !== null && (last?.alternative ?? '') < label;
      if (!inPlace) return `The tariffs of ${alias} are not the main one first and then each label once in its order.`;
      const tariff = tariffOfJson(opened.tariff);
      const [fault] = faultsOf(tariff, ground);
      if ('alternatives' in tariff) return `A tariff of ${alias} has alternatives in itself.`;
      if (fault) return `The tariff of ${alias} is none: ${fault.path}: ${fault.reason}`;
      tariffs.push({ alternative: label, tariff });
    }
    if (tariffs.length < commitments.length) {
      const what = tariffs.length === 0 ? 'the tariff' : 'another tariff';
      this.unchecked.note(`${what} of ${alias}, which is not disclosed`, sequence);
    }
    const before = this.placed.get(alias) ?? [];
    const placed = { sequence, receivedAt: new Date(receivedAt), tariffs, of: commitments.length };
    this.placed.set(alias, [...before, placed]);
    return null;
  }

  /** Why these are not the tariffs of a bid with alternatives. */
  private whyNotApart(alias: Alias, commitment: string, among: readonly string[], several: boolean): string | null {
    if (!several) return `The bid of ${alias} has alternatives, which only sealed bids that decide may have.`;
    if (among.length < 2 || among.length > 1 + MAX_ALTERNATIVES || new Set(among).size < among.length) {
      return `The bid of ${alias} has ${among.length} tariffs; with alternatives it has 2 to ${1 + MAX_ALTERNATIVES}.`;
    }
    if (this.means.hashOf(partsText(among)) === commitment) return null;
    return `The tariffs of ${alias} are not those that were committed to.`;
  }

  private isOpened({ alternative, salt, tariff }: OpenedTariff, commitment: string): boolean {
    const text = alternative === undefined ? sealedText(tariff, salt) : partText({ alternative, salt, tariff });
    return this.means.hashOf(text) === commitment;
  }
}

/** What keeps a tariff from being reckoned with. Caps are the tender's and were held when it was bid. */
function faultsOf(tariff: Tariff, ground: Ground | null): Fault[] {
  const shape = shapeFaults(tariff);
  if (shape.length > 0) return shape;
  const lots = ground?.problem.lots.map(({ id }) => id) ?? Object.keys(tariff.lots);
  const ofBands = tariff.bands.flatMap(({ monthly, lotMonthly }) => [monthly, ...Object.values(lotMonthly ?? {})]);
  const ofLots = Object.values(tariff.lots).map(({ tiers }) => tiers ?? {});
  const tiers = [...new Set([...ofBands, ...ofLots].flatMap((prices) => Object.keys(prices)))];
  return tariffFaults(tariff, { lots, tiers, termMonths: ground?.problem.termMonths ?? 1, priceCaps: {} });
}
