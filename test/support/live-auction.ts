/** Auctions on their way from opened bids to their result, as providers and officers take them there. */
import {
  type BidMade,
  openedTender,
  type OpenedTenderMade,
  type OpenedTenderOptions,
  type TariffJson,
} from './opened-tender.js';
import type { Someone, System } from './system.js';

export interface LiveAuctionOptions extends OpenedTenderOptions {
  /** what the auction's settings differ in */
  readonly auction?: Readonly<Record<string, unknown>>;
}

/** What a provider reads of itself. */
export interface OwnStanding {
  readonly alias: string;
  readonly revision: number;
  readonly evaluatedMinor: number;
  readonly tariff: TariffJson;
  readonly standing: number | null;
  readonly upToDate: boolean;
  readonly rank: number | null;
  readonly won: readonly { readonly lot: string; readonly lines: number | null }[];
  readonly gaps:
    readonly { readonly lot: string; readonly gapMinor: number | null; readonly gapBp: number | null }[] | null;
  readonly proxy: boolean;
}

export interface AuctionSeen {
  readonly state: string;
  readonly endsAt: string | null;
  readonly beginsAt: string | null;
  readonly extendedMillis: number;
  readonly round: number | null;
  readonly turn: number | null;
  readonly ownTurn: boolean | null;
  readonly improvements: number;
  readonly totalMinor: number | null;
  readonly sequence: number;
}

/** An auction as its people play it. */
export class LiveAuction {
  constructor(
    readonly system: System,
    readonly tender: OpenedTenderMade,
  ) {}

  get id(): string {
    return this.tender.tenderId;
  }

  get officer(): Someone {
    return this.tender.officer;
  }

  /** The bids in the order in which they were sent. */
  provider(index: number): Someone {
    return this.bid(index).provider;
  }

  bid(index: number): BidMade {
    const bid = this.tender.bids[index];
    if (!bid) throw new Error(`there is no bid ${index}`);
    return bid;
  }

  async seen(by: Someone = this.officer): Promise<AuctionSeen> {
    return (await by.get(`/api/v1/auctions/${this.id}`).expect(200)).body as AuctionSeen;
  }

  async is(...states: string[]): Promise<AuctionSeen> {
    const answer = await this.system.eventually(
      () => this.officer.get(`/api/v1/auctions/${this.id}`),
      ({ body }) => states.includes((body as AuctionSeen).state),
    );
    return answer.body as AuctionSeen;
  }

  /** Lets time pass until the auction has begun. */
  async begun(): Promise<AuctionSeen> {
    const { beginsAt } = await this.seen();
    if (beginsAt !== null) await this.system.passTo(beginsAt);
    return this.is('live');
  }

  /** Sends a tariff as an improvement. */
  improve(provider: Someone, tariff: TariffJson): ReturnType<Someone['post']> {
    return provider.post(`/api/v1/auctions/${this.id}/bids`, tariff);
  }

  /** Improves the own tariff as it stands by a factor of all its prices. */
  async lower(provider: Someone, factor: number): Promise<void> {
    const { tariff } = await this.own(provider);
    await this.improve(provider, scaled(tariff, factor)).expect(201);
  }

  /** The own standing, once it counts the latest own tariff and every other one. */
  async standing(provider: Someone): Promise<OwnStanding> {
    await this.reckoned();
    return this.own(provider);
  }

  async own(provider: Someone): Promise<OwnStanding> {
    return (await provider.get(`/api/v1/auctions/${this.id}/standing`).expect(200)).body as OwnStanding;
  }

  /** Moves the clock to this long before an instant, without waiting for what follows. */
  async moveTo(instant: Date | string, millisBefore = 0): Promise<void> {
    await this.system.source.query(`update clock_offset set ahead = ahead + ($1::timestamptz - app_now())`, [
      new Date(new Date(instant).getTime() - millisBefore),
    ]);
  }

  /** Moves the clock until the auction has its result, without waiting for what does not belong to it, such as gaps. */
  async decided(limitMillis = 180_000): Promise<void> {
    for (const until = Date.now() + limitMillis; ;) {
      const { state, endsAt } = await this.seen();
      if (state === 'decided') return;
      if (Date.now() > until) throw new Error(`it never was decided, but is ${state}`);
      if (state !== 'settling' && endsAt !== null && new Date(endsAt) > (await this.system.now())) {
        await this.moveTo(endsAt);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Waits until everything recorded has its place and is counted, and no proxy wants to move. */
  async reckoned(): Promise<void> {
    for (const until = Date.now() + 60_000; ;) {
      const rows: { busy: boolean }[] = await this.system.source.query(
        `select d.reckoning or exists (select from auction_tariff t where t.auction_id = d.id and t.sequence is null)
           or exists (select from auction_proxy x where x.auction_id = d.id and x.sequence is null)
           or not exists (select from auction_event e where e.auction_id = d.id and e.kind = 'standing') as busy
         from auction_desk d where id = $1`,
        [this.id],
      );
      if (rows[0]?.busy === false) return;
      if (Date.now() > until) throw new Error('the standing never came');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Lets time pass until the auction has ended, extensions and turns included. */
  async ended(): Promise<AuctionSeen> {
    for (;;) {
      const { state, endsAt } = await this.is('live', 'resting', 'decided');
      if (state === 'decided') return this.seen();
      if (endsAt !== null) await this.system.passTo(endsAt);
      await this.is('live', 'resting', 'decided');
    }
  }
}

/** Ten minutes, begun at once, unless the test says otherwise. */
export const LIVE = {
  format: 'live',
  leadSeconds: 0,
  durationSeconds: 600,
  softCloseSeconds: 60,
  extensionSeconds: 60,
} as const;

/** A tender whose bids are opened, and that goes on with an auction. */
export async function liveAuction(system: System, options: LiveAuctionOptions = {}): Promise<LiveAuction> {
  const auction = { ...LIVE, ...options.auction };
  return new LiveAuction(system, await openedTender(system, { ...options, terms: { ...options.terms, auction } }));
}

/** The tariff with all monthly prices times a factor, rounded down. */
export function scaled(tariff: TariffJson, factor: number): TariffJson {
  const lower = (prices: Readonly<Record<string, number>>): Record<string, number> =>
    Object.fromEntries(Object.entries(prices).map(([tier, price]) => [tier, Math.floor(price * factor)]));
  return {
    ...tariff,
    bands: tariff.bands.map((band) => ({
      ...band,
      monthly: lower(band.monthly),
      ...(band.lotMonthly
        ? {
            lotMonthly: Object.fromEntries(
              Object.entries(band.lotMonthly).map(([lot, prices]) => [lot, lower(prices)]),
            ),
          }
        : {}),
    })),
  };
}
