/** The tariffs of a log, as far as they are disclosed: their receipts, and whether each improves the one before. */
import type { Fault } from '../../kernel/refusal.js';
import { shapeFaults } from '../../pricing/rules/tariff-shape.js';
import { tariffFaults } from '../../pricing/rules/tariff-faults.js';
import { tariffOfJson } from '../../pricing/rules/tariff-json.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import type { TariffInAuction } from './auction-problem.js';
import type { Reference } from './evaluated-cost.js';
import type { Alias, AuctionContent, AuctionEvent, Entry, EventBodies } from './events.js';
import { whyNotImprove } from './improvement.js';
import type { LogFile } from './log-file.js';
import { liveReceiptText } from './log.js';
import { receiptText, sealedText } from './receipt.js';
import { first } from './shape.js';
import type { Unchecked, VerifyMeans } from './verify-means.js';

/** What tariffs are measured by. */
export interface Ground {
  readonly problem: AuctionContent['problem'];
  readonly reference: Reference;
}

/** A tariff in its place; null when it is not disclosed. */
interface Placed {
  readonly sequence: number;
  readonly receivedAt: Date;
  readonly tariff: Tariff | null;
}

export class TariffBook {
  private readonly placed = new Map<Alias, Placed[]>();
  private readonly mentioned = new Set<string>();

  constructor(
    private readonly file: LogFile,
    private readonly means: VerifyMeans,
    private readonly unchecked: Unchecked,
  ) {}

  /** Takes the tariffs of the opening. @returns why their receipts or they themselves do not fit */
  open({ body }: AuctionEvent<'opened'>, ground: Ground | null): string | null {
    const { auctionId, entries } = body;
    const aliases = new Set(entries.map(({ alias }) => alias));
    if (aliases.size < entries.length) return 'A participant is named twice.';
    return first(entries.map((entry) => () => this.whyNoEntry(auctionId, entry) ?? this.place(entry, 1, ground)));
  }

  /** Takes an improvement. @returns why its receipt or it itself does not fit */
  improve(
    { body, sequence }: AuctionEvent<'bid'>,
    auctionId: string,
    ground: Ground | null,
    minimumStepBp: number,
  ): string | null {
    const last = this.placed.get(body.alias)?.at(-1)?.tariff ?? null;
    const why = this.whyNoReceipt(auctionId, body) ?? this.place(body, sequence, ground);
    if (why !== null) return why;
    const next = this.placed.get(body.alias)?.at(-1)?.tariff ?? null;
    if (last === null || next === null || ground === null) {
      this.unchecked.note('that the improvement is nowhere dearer and large enough', sequence);
      return null;
    }
    return whyNotImprove(last, next, ground.reference, minimumStepBp)?.message ?? null;
  }

  /** The tariffs of all participants as of an event; null when one of them is not disclosed. */
  asOf(upTo: number): TariffInAuction[] | null {
    const known = this.knownAsOf(upTo);
    return known.length === this.placed.size ? known : null;
  }

  /** Those of the tariffs as of an event that are disclosed. */
  knownAsOf(upTo: number): TariffInAuction[] {
    return [...this.placed].flatMap(([alias, placed]) => {
      const last = placed.findLast(({ sequence }) => sequence <= upTo);
      return last?.tariff ? [{ alias, receivedAt: last.receivedAt, tariff: last.tariff }] : [];
    });
  }

  /** Tariffs in the file that no event is about. */
  strangers(): string[] {
    return Object.keys(this.file.tariffs).filter((commitment) => !this.mentioned.has(commitment));
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
    sequence: number,
    ground: Ground | null,
  ): string | null {
    this.mentioned.add(commitment);
    const opened = Object.hasOwn(this.file.tariffs, commitment) ? this.file.tariffs[commitment] : undefined;
    if (opened && this.means.hashOf(sealedText(opened.tariff, opened.salt)) !== commitment) {
      return `The tariff of ${alias} is not the one that was committed to.`;
    }
    const tariff = opened ? tariffOfJson(opened.tariff) : null;
    const [fault] = tariff ? faultsOf(tariff, ground) : [];
    if (fault) return `The tariff of ${alias} is none: ${fault.path}: ${fault.reason}`;
    if (!tariff) this.unchecked.note(`the tariff of ${alias}, which is not disclosed`, sequence);
    const before = this.placed.get(alias) ?? [];
    this.placed.set(alias, [...before, { sequence, receivedAt: new Date(receivedAt), tariff }]);
    return null;
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
