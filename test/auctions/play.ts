/** Plays a small auction at random, keeping all its rules. Time is only counted, nobody waits. */
import type { Problem, Result } from '../../src/allocation/rules/problem.js';
import { auctionProblem, type TariffInAuction } from '../../src/auctions/rules/auction-problem.js';
import type { AuctionContent, EventBodies, StandingContent } from '../../src/auctions/rules/events.js';
import { type AuctionState, after } from '../../src/auctions/rules/fold.js';
import { whyNotImprove } from '../../src/auctions/rules/improvement.js';
import {
  beginsAt,
  extensionAfter,
  failsFor,
  later,
  nextTurn,
  turnOrder,
  winnersChanged,
} from '../../src/auctions/rules/phases.js';
import { ranksOf, referenceCosts } from '../../src/auctions/rules/ranking.js';
import { canonicalJson } from '../../src/kernel/canonical.js';
import type { Tariff } from '../../src/pricing/rules/tariff.js';
import { type AuctionSettings, DEFAULT_AUCTION } from '../../src/tenders/rules/auction-settings.js';
import { solveHere, startHighs } from '../allocation/in-process.js';
import type { Draft, Played } from './played-log.js';

export type Solve = (problem: Problem) => Promise<Result>;

/** The real winner determination, which answers the same question once. */
export async function startSolving(): Promise<Solve> {
  const highs = await startHighs();
  const known = new Map<string, Result>();
  return (problem) => {
    const text = canonicalJson(problem);
    const result = known.get(text) ?? { ...solveHere(problem, highs), solveMs: 0 };
    known.set(text, result);
    return Promise.resolve(result);
  };
}

const START = new Date('2026-03-02T09:00:00.000Z');
const LOTS = ['east', 'north', 'west'];
const TIERS = ['basic', 'fibre'];
const TERM = 24;
const ZEROS = '0'.repeat(64);

export interface PlayOptions {
  readonly seed: number;
  readonly settings?: Partial<AuctionSettings>;
  readonly bidders?: number;
  /** how many things happen while improvements are taken, or in a turn */
  readonly moves?: number;
  readonly practice?: boolean;
}

/** The same seed plays the same auction. */
export async function play(options: PlayOptions, solve: Solve): Promise<Played> {
  return new Play(options, solve).whole();
}

class Play {
  private readonly drafts: Draft[] = [];
  private readonly tariffs = new Map<string, Tariff>();
  private readonly settings: AuctionSettings;
  private readonly aliases: string[];
  private readonly problem: AuctionContent['problem'];
  private readonly lines: Record<string, Record<string, number>> = {};
  private state: AuctionState | null = null;
  private now = START;
  private content: StandingContent | null = null;
  private random: number;

  constructor(
    private readonly options: PlayOptions,
    private readonly solve: Solve,
  ) {
    this.random = options.seed * 2_654_435_761 + 1;
    this.settings = { ...DEFAULT_AUCTION, leadSeconds: 60, ...options.settings };
    this.aliases = Array.from({ length: options.bidders ?? 3 }, (_, i) => `B0${i + 1}`);
    for (const lot of LOTS) this.lines[lot] = Object.fromEntries(TIERS.map((tier) => [tier, 1 + this.upTo(20)]));
    this.problem = {
      currency: 'USD',
      termMonths: TERM,
      lots: LOTS.map((id) => ({ id, demand: this.lines[id] ?? {} })),
      rules: { award: this.upTo(2) === 0 ? 'lot' : 'shared', maxShare: 0.9 },
    };
  }

  async whole(): Promise<Played> {
    this.open();
    if (this.options.practice !== true && failsFor(this.settings, this.aliases.length)) {
      this.append('failed', { bidders: this.aliases.length });
      return this.played();
    }
    await this.reckon();
    const begins = this.seen().dueAt;
    if (begins === null) await this.settle();
    else if (this.settings.format === 'live') await this.live(new Date(begins));
    else await this.rounds(new Date(begins));
    this.append('closed', { standing: this.seen().standing?.sequence ?? 0 });
    return this.played();
  }

  private played(): Played {
    return { drafts: this.drafts, tariffs: this.tariffs };
  }

  private open(): void {
    const entries = this.aliases.map((alias, i) => {
      this.tariffs.set(`${alias} 0`, this.opening(i));
      const receivedAt = later(START, -60_000 * (i + 1)).toISOString();
      return { alias, bidId: `bid-${i}`, sequence: 1 + i, receivedAt, commitment: ZEROS, signature: '' };
    });
    const participants = this.aliases.map((alias) => ({
      alias,
      provider: `provider ${alias}`,
      name: `Firma ${alias} né`,
    }));
    const auctionId = this.options.practice === true ? 'practice' : 'tender';
    const begins = failsFor(this.settings, entries.length) ? null : beginsAt(this.settings, entries.length, this.now);
    const beginning = begins?.toISOString() ?? null;
    const body = {
      auctionId,
      tenderId: 'tender',
      tenderHash: ZEROS,
      settings: this.settings,
      beginsAt: beginning,
      entries,
    };
    this.append('opened', body, { problem: this.problem, reference: this.lines, participants });
  }

  private opening(i: number): Tariff {
    const price = (): bigint => BigInt(2_000 + this.upTo(2_000));
    const monthly = Object.fromEntries(TIERS.map((tier) => [tier, price()]));
    const cheaper = Object.fromEntries(Object.entries(monthly).map(([tier, each]) => [tier, (each * 9n) / 10n]));
    const lots = Object.fromEntries(
      LOTS.map((lot) => [lot, { setup: BigInt(this.upTo(500)), surcharge: BigInt(this.upTo(99)) }]),
    );
    return {
      bands: [
        { from: 1, monthly },
        { from: 20, monthly: cheaper },
      ],
      lots,
      activation: BigInt(i * 100),
    };
  }

  private async live(begins: Date): Promise<void> {
    if (this.upTo(3) === 0) this.pause();
    this.now = later(new Date(this.seen().dueAt ?? begins), this.upTo(900));
    this.append('began', { endsAt: later(this.now, this.settings.durationSeconds * 1_000).toISOString() });
    do {
      await this.moves();
      await this.end();
      await this.settle();
    } while (this.seen().phase === 'live');
  }

  private async rounds(begins: Date): Promise<void> {
    this.now = begins;
    for (let round = 1, turn = 0, order = this.order(); ;) {
      const next = nextTurn({ round, turn }, order);
      if (next === null) return;
      if (next.kind === 'rest') {
        [round, turn] = [next.round, 0];
        this.append('rest', { round, endsAt: later(this.now, this.settings.restSeconds * 1_000).toISOString() });
        this.now = new Date(this.seen().dueAt ?? this.now);
        order = this.order();
        continue;
      }
      turn = next.turn;
      const endsAt = later(this.now, this.settings.turnSeconds * 1_000).toISOString();
      this.append('turn', { round, turn, alias: next.alias, endsAt });
      await this.moves();
      await this.end();
      await this.settle();
    }
  }

  private order(): string[] {
    return this.content ? turnOrder(this.content) : [];
  }

  /** Improvements, pauses and standings, the last ones close to the end. */
  private async moves(): Promise<void> {
    for (let left = this.options.moves ?? 4; left > 0; left -= 1) {
      const { endsAt, phase, turnOf } = this.seen();
      if (phase !== 'live' || endsAt === null) return;
      const millis = new Date(endsAt).getTime() - this.now.getTime() - 2_000;
      this.now = later(this.now, Math.max(1, left === 1 ? millis : this.upTo(Math.max(1, millis))));
      const alias = turnOf ?? this.aliases[this.upTo(this.aliases.length)] ?? '';
      const what = this.upTo(8);
      if (what === 0) this.pause();
      else if (what === 1) this.append('proxy', { alias, commitment: this.upTo(2) === 0 ? null : ZEROS });
      else this.bid(alias, what === 2 ? 'proxy' : 'person');
      if (this.upTo(2) === 0) await this.reckon();
    }
  }

  private pause(): void {
    const { dueAt, settings } = this.seen();
    const outage = this.upTo(2) === 0;
    const stood = outage ? settings.outageSeconds * 1_000 + 7 : 0;
    const since = this.now;
    this.now = later(this.now, stood);
    const remainingMillis = new Date(dueAt ?? since).getTime() - since.getTime();
    this.append('paused', { cause: outage ? 'outage' : 'officer', why: 'Stopped "so".', remainingMillis });
    if (!outage) this.now = later(this.now, this.upTo(900_000));
    this.append('resumed', { endsAt: later(this.now, remainingMillis).toISOString() });
  }

  private async end(): Promise<void> {
    const { endsAt, turnOf } = this.seen();
    const end = new Date(endsAt ?? this.now);
    this.now = later(end, this.upTo(400));
    this.append('ended', { endedAt: end.toISOString() });
    const alias = turnOf ?? this.aliases[0] ?? '';
    // Received in time, and recorded just after it.
    if (this.upTo(2) === 0) this.bid(alias, 'person', later(end, -1));
  }

  private async settle(): Promise<void> {
    const { turnOf } = this.seen();
    await this.reckon();
    if (this.seen().phase === 'settling' && this.upTo(3) === 0) this.bid(turnOf ?? this.aliases[1] ?? '', 'proxy');
    await this.reckon();
  }

  private bid(alias: string, by: 'person' | 'proxy', receivedAt = this.now): void {
    const revision = (this.seen().tariffs.get(alias)?.revision ?? 0) + 1;
    const last = this.tariffs.get(`${alias} ${revision - 1}`);
    if (!last) throw new Error(`${alias} has no tariff`);
    const parts = BigInt(880 + this.upTo(60));
    const lower = (prices: Readonly<Record<string, bigint>>): Record<string, bigint> =>
      Object.fromEntries(Object.entries(prices).map(([tier, price]) => [tier, (price * parts) / 1_000n]));
    const next = { ...last, bands: last.bands.map((band) => ({ ...band, monthly: lower(band.monthly) })) };
    const why = whyNotImprove(last, next, { termMonths: TERM, lines: this.lines }, this.settings.minimumStepBp);
    if (why) throw why;
    this.tariffs.set(`${alias} ${revision}`, next);
    const receipt = { commitment: ZEROS, signature: '' };
    this.append('bid', { alias, revision, by, receivedAt: receivedAt.toISOString(), ...receipt });
  }

  private async reckon(): Promise<void> {
    const before = this.seen().standing;
    const upTo = Math.max(1, this.seen().lastBid);
    if (before && before.upTo >= upTo) return;
    const reference = { termMonths: TERM, lines: this.lines };
    const costs = referenceCosts(
      this.aliases.map((alias) => this.tariffs.get(`${alias} 0`) as Tariff),
      reference,
    );
    const tariffs = this.standingTariffs();
    const { status, totalMinor, boundMinor, awards } = await this.solve(auctionProblem(this.problem, tariffs));
    const content = { status, totalMinor, boundMinor, awards, ranks: ranksOf(tariffs, reference, costs) };
    const changed = winnersChanged(this.content, content);
    this.content = content;
    const { endsAt, extendedMillis, phase } = this.seen();
    const told = this.settings.feedback === 'rank-and-total' ? { totalMinor } : {};
    this.append('standing', { upTo, changed, ...told }, content);
    if (endsAt === null || (phase !== 'live' && phase !== 'settling')) return;
    const taken = this.drafts.flatMap((draft, i) =>
      draft.kind === 'bid' && i + 1 > (before?.upTo ?? 1) ? [new Date(draft.body.receivedAt).getTime()] : [],
    );
    const lastBidAt = taken.length === 0 ? null : new Date(Math.max(...taken));
    const ending = { endsAt: new Date(endsAt), extendedMillis };
    const extension = extensionAfter(this.settings, ending, { at: this.now, changed, lastBidAt });
    if (!extension) return;
    const because = this.drafts.length;
    this.append('extended', { ...extension, endsAt: extension.endsAt.toISOString(), because });
  }

  private standingTariffs(): TariffInAuction[] {
    return [...this.seen().tariffs].map(([alias, { revision, receivedAt }]) => ({
      alias,
      receivedAt: new Date(receivedAt),
      tariff: this.tariffs.get(`${alias} ${revision}`) as Tariff,
    }));
  }

  private append<K extends keyof EventBodies>(kind: K, body: EventBodies[K], content?: object): void {
    const draft = { at: this.now, kind, body, ...(content ? { content } : {}) } as unknown as Draft;
    this.drafts.push(draft);
    const event = { sequence: this.drafts.length, at: this.now.toISOString(), kind, body, hash: '' };
    this.state = after(this.state, event as never);
  }

  private seen(): AuctionState {
    if (!this.state) throw new Error('nothing was opened yet');
    return this.state;
  }

  /** A number from 0 up to, not including, the limit. */
  private upTo(limit: number): number {
    this.random = (this.random * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((this.random / 2_147_483_648) * limit);
  }
}
