/** A whole market in words: people who do what they came for, over HTTP. */
import type { Response } from 'supertest';
import { addDays } from '../../src/kernel/period.js';
import { drained } from './opened-tender.js';
import type { Someone, System } from './system.js';

export interface Want {
  readonly region: string;
  readonly tier: string;
  readonly quantity?: number;
  readonly presentMonthly?: number;
  readonly ceilingMonthly?: number;
}

function done(answer: Response): Response {
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`);
  return answer;
}

/** A small business. */
export class Member {
  constructor(
    private readonly who: Someone,
    readonly name: string,
  ) {}

  async joins(poolId: string, commitment: 'firm' | 'interest', want: Want): Promise<void> {
    const { region, ...line } = want;
    const { tier: tierCode, quantity = 1, ...money } = line;
    done(
      await this.who.post(`/api/v1/pools/${poolId}/pledges`, {
        site: { reference: this.name, name: this.name, regionCode: region },
        commitment,
        lines: [{ tierCode, quantity, ...money }],
      }),
    );
  }

  /** Its offer; under this agreement when it has had several. */
  async offer(
    agreementId?: string,
  ): Promise<{ id: string; state: string; atMostMonthly: number; expectedMonthly: number }> {
    const { body } = done(
      await this.who.get(`/api/v1/offers${agreementId === undefined ? '' : `?agreementId=${agreementId}`}`),
    );
    const [offer] = (body as { items: { id: string; state: string; atMostMonthly: number; expectedMonthly: number }[] })
      .items;
    if (!offer) throw new Error(`${this.name} has no offer`);
    return offer;
  }

  async answers(answer: 'accept' | 'accept-up-to' | 'decline', upTo?: number, agreementId?: string): Promise<void> {
    const { id } = await this.offer(agreementId);
    done(await this.who.post(`/api/v1/offers/${id}/answer`, { answer, ...(upTo === undefined ? {} : { upTo }) }));
  }

  async subscriptions(): Promise<{ id: string; monthly: number; quantity: number; number: string }[]> {
    const { body } = done(await this.who.get('/api/v1/subscriptions'));
    return (body as { items: { id: string; monthly: number; quantity: number; number: string }[] }).items;
  }

  /** The text of a call-off contract. */
  async contract(subscriptionId: string): Promise<string> {
    return done(await this.who.get(`/api/v1/subscriptions/${subscriptionId}/contract`)).text;
  }
}

export interface MarketAward {
  readonly id: string;
  readonly round: number;
  readonly state: string;
  readonly totalMinor: number;
  readonly contentHash: string;
  readonly standstillEndsAt: string;
  readonly winners: readonly {
    readonly providerId: string;
    readonly lines: number;
    readonly heldLines: number;
    readonly band: number;
  }[];
}

/** The agency, a chamber, and whoever else comes. */
export class Market {
  private constructor(
    readonly system: System,
    readonly officer: Someone,
    readonly approver: Someone,
    readonly chamber: Someone,
  ) {}

  static async open(system: System, regions: readonly string[], tiers: readonly string[]): Promise<Market> {
    const officer = await system.someone('officer');
    const market = new Market(
      system,
      officer,
      await system.someone('approver', officer.organisationId),
      await system.someone('manager'),
    );
    done(
      await officer.postCsv(
        '/api/v1/regions/import',
        `code,parent,name\n${regions.map((r) => `${r},,${r}\n`).join('')}`,
      ),
    );
    done(
      await officer.postCsv(
        '/api/v1/tiers/import',
        `code,name,down_mbps,up_mbps,repair_hours\n${tiers.map((t) => `${t},${t},100,100,24\n`).join('')}`,
      ),
    );
    return market;
  }

  async member(name: string): Promise<Member> {
    return new Member(await this.system.someone('owner'), name);
  }

  /** Opens a pool with one indicative price per tier. */
  async pool(
    regions: readonly string[],
    tiers: Readonly<Record<string, number>>,
  ): Promise<{ id: string; endsAt: Date }> {
    const endsAt = addDays(await this.system.now(), 30);
    const { body } = done(
      await this.chamber.post('/api/v1/pools', {
        title: 'Fibre together',
        currency: 'KRW',
        termMonths: 24,
        criticalMass: 5,
        regions,
        tiers: Object.entries(tiers).map(([tierCode, openMarketMonthly]) => ({ tierCode, openMarketMonthly })),
        bands: [{ from: 1, monthly: tiers }],
        joiningEndsAt: endsAt.toISOString(),
      }),
    );
    const { id } = body as { id: string };
    done(await this.chamber.post(`/api/v1/pools/${id}/open`, {}));
    return { id, endsAt };
  }

  /** Publishes the tender that was drafted when the pool locked; sealed, so that what is opened is evaluated at once. */
  async tender(poolId: string, terms: object = {}): Promise<{ id: string; endsAt: Date }> {
    const { body } = done(await this.officer.get('/api/v1/tenders'));
    const draft = (body as { items: { id: string; poolId: string; version: number }[] }).items.find(
      (tender) => tender.poolId === poolId,
    );
    if (!draft) throw new Error('no tender was drafted');
    const endsAt = addDays(await this.system.now(), 14);
    done(
      await this.officer.patch(
        `/api/v1/tenders/${draft.id}`,
        { biddingEndsAt: endsAt.toISOString(), auction: { format: 'sealed' }, ...terms },
        draft.version,
      ),
    );
    done(await this.officer.post(`/api/v1/tenders/${draft.id}/publish`, {}));
    await this.system.settled();
    return { id: draft.id, endsAt };
  }

  async bids(provider: Someone, tenderId: string, tariff: object): Promise<void> {
    done(await provider.post(`/api/v1/tenders/${tenderId}/bids`, tariff));
  }

  /** Lets the deadline pass and opens the bids; answers the award that was drafted. */
  async opens(tender: { id: string; endsAt: Date }): Promise<MarketAward> {
    await drained(this.system, tender.endsAt);
    await this.system.eventually(
      () => this.officer.get(`/api/v1/tenders/${tender.id}/auction`),
      ({ body }) => (body as { state: string }).state === 'closed',
    );
    done(await this.officer.post(`/api/v1/tenders/${tender.id}/bids/open`, {}));
    return this.award(tender.id, 1, 'drafted');
  }

  async award(tenderId: string, round: number, state: string): Promise<MarketAward> {
    const find = (body: unknown): MarketAward | undefined =>
      (body as { items: MarketAward[] }).items.find((award) => award.round === round && award.state === state);
    const answer = await this.system.eventually(
      () => this.officer.get(`/api/v1/tenders/${tenderId}/awards`),
      ({ body }) => find(body) !== undefined,
    );
    const award = find(answer.body);
    if (!award) throw new Error('no award');
    return award;
  }

  /** Recommends, approves, and lets the standstill pass. */
  async decides(award: MarketAward): Promise<void> {
    done(await this.officer.post(`/api/v1/awards/${award.id}/recommend`, { reasons: 'The cheapest.' }));
    const { body } = done(await this.officer.get(`/api/v1/awards/${award.id}`));
    const { contentHash } = body as MarketAward;
    done(await this.approver.post(`/api/v1/awards/${award.id}/approve`, { contentHash }));
    const approved = done(await this.officer.get(`/api/v1/awards/${award.id}`)).body as MarketAward;
    await this.system.passTo(approved.standstillEndsAt);
  }

  /** Both sides sign; answers the agreement when its offers are there. */
  async sign(award: MarketAward, provider: Someone): Promise<string> {
    const { body } = done(await this.officer.get('/api/v1/agreements'));
    const agreement = (
      body as { items: { id: string; awardId: string; providerId: string; contentHash: string }[] }
    ).items.find((one) => one.awardId === award.id && one.providerId === provider.organisationId);
    if (!agreement) throw new Error('no agreement');
    const { id, contentHash } = agreement;
    done(await provider.post(`/api/v1/agreements/${id}/sign`, { contentHash }));
    done(await this.approver.post(`/api/v1/agreements/${id}/sign`, { contentHash }));
    await this.system.settled();
    return id;
  }

  async round(
    agreementId: string,
  ): Promise<{ state: string; dueAt: string; settledLines: number | null; settledBand: number | null }> {
    const { body } = done(await this.officer.get(`/api/v1/agreements/${agreementId}/round`));
    return body as { state: string; dueAt: string; settledLines: number | null; settledBand: number | null };
  }
}
