/** Second act: the tender, sealed bids, their opening, the winner determination, two people deciding. */
import type { AuctionFormat } from '../src/tenders/rules/auction-settings.js';
import { auctionTerms, formatWords } from './auction-api.js';
import { tariffOf } from './bidders.js';
import { type Play, days, now, passTo, until } from './play.js';

export interface TenderAnswer {
  readonly id: string;
  readonly poolId: string;
  readonly state: string;
  readonly version: number;
  readonly biddingEndsAt: string | null;
  readonly lots: readonly { readonly code: string; readonly regions: readonly string[] }[];
}

export interface Winner {
  readonly bidId: string;
  readonly providerId: string;
  readonly providerName: string;
  readonly band: number;
  readonly lines: number;
  readonly costMinor: number;
  readonly cells: readonly { readonly lot: string; readonly tier: string; readonly lines: number }[];
}

export interface AwardAnswer {
  readonly id: string;
  readonly round: number;
  readonly state: string;
  readonly solverStatus: string | null;
  readonly totalMinor: number | null;
  readonly winners: readonly Winner[];
  readonly explanation: readonly string[];
  readonly contentHash: string | null;
  readonly standstillEndsAt: string | null;
}

export interface Bid {
  readonly bidId: string;
  readonly providerId: string;
}

/** Finds the tender that was drafted when the pool locked, sets its conditions, publishes it. */
export async function publish(play: Play, poolId: string, format: AuctionFormat): Promise<TenderAnswer> {
  const { officer } = play.cast;
  const { story, input } = play;
  const draft = await until(
    async () => {
      for await (const tender of officer.all<TenderAnswer>('/api/v1/tenders'))
        if (tender.poolId === poolId) return tender;
      return null;
    },
    (tender) => tender !== null,
  );
  const id = draft?.id ?? '';
  const share = input.award.maxShareBp;
  let tender = await officer.get<TenderAnswer>(`/api/v1/tenders/${id}`);
  if (tender.state === 'draft') {
    await officer.patch(
      `/api/v1/tenders/${id}`,
      {
        ...input.award,
        // Twice what one business pays alone: nobody is invited to profit from a region that few can reach.
        priceCaps: Object.fromEntries(input.tiers.map(({ code }) => [code, 2 * (input.openMarket[code] ?? 0)])),
        biddingEndsAt: new Date((await now(play)).getTime() + days(21)).toISOString(),
        auction: auctionTerms(format),
        standstillDays: 10,
        offerDays: 14,
      },
      tender.version,
    );
    await officer.post(`/api/v1/tenders/${id}/publish`, {}, 'demo-publish');
    tender = await officer.get<TenderAnswer>(`/api/v1/tenders/${id}`);
  }
  story.say(
    `The officer publishes the tender: ${tender.lots.length} lots, one per region, each to be won whole` +
      `${share === null ? '' : `, and at most ${share / 100} % of all lines to one provider`}. ` +
      `Providers see how many lines are wanted where, never by whom. ${formatWords(format)}`,
  );
  return tender;
}

/** Every provider seals a tariff. */
export async function bid(play: Play, tender: TenderAnswer): Promise<number> {
  const { story, input, cast } = play;
  const lots = new Map(tender.lots.map((lot) => [lot.code, lot.regions]));
  const bar = story.progress('sealed bids', input.bidders.length, 'bids');
  let sent = 0;
  await until(
    () => cast.officer.get<{ state: string }>(`/api/v1/tenders/${tender.id}/auction`).catch(() => ({ state: 'none' })),
    (auction) => auction.state !== 'none',
  );
  for (const plan of input.bidders) {
    const user = cast.providers.get(plan.provider);
    if (!user) throw new Error(`${plan.provider} has no account`);
    await user.post(
      `/api/v1/tenders/${tender.id}/bids`,
      tariffOf(plan, lots, input.survey.lines),
      `demo-bid-${tender.id}`,
    );
    sent += 1;
    bar.to(sent);
  }
  bar.end();
  story.say(
    'Each is encrypted on arrival, and its sender holds a signed receipt. Not even the agency can read one yet.',
  );
  return sent;
}

/** The deadline passes, and the officer opens the bids. */
export async function open(play: Play, tender: TenderAnswer): Promise<void> {
  const { cast } = play;
  await passTo(play, tender.biddingEndsAt ?? '');
  await until(
    () => cast.officer.get<{ state: string }>(`/api/v1/tenders/${tender.id}/auction`),
    // Bids received in the last instant are still written down while it is closing.
    ({ state }) => state !== 'open' && state !== 'closing',
  );
  await cast.officer.post(`/api/v1/tenders/${tender.id}/bids/open`, {}, 'demo-open');
}

/** The latest award of a tender that is ready to be decided on. */
export async function evaluated(play: Play, tenderId: string): Promise<AwardAnswer> {
  const award = await until(
    async () => {
      let latest: AwardAnswer | null = null;
      for await (const one of play.cast.officer.all<AwardAnswer>(`/api/v1/tenders/${tenderId}/awards`)) {
        if (one.state === 'superseded') continue;
        if (latest === null || one.round > latest.round) latest = one;
      }
      return latest;
    },
    (latest) => latest !== null && latest.state !== 'evaluating',
  );
  if (award === null || award.state === 'failed') throw new Error(award?.explanation.join(' ') ?? 'no award');
  return award;
}

/** One person recommends, another approves; then everybody waits. */
export async function decide(play: Play, award: AwardAnswer): Promise<AwardAnswer> {
  const { officer, approver } = play.cast;
  const { story } = play;
  const read = (): Promise<AwardAnswer> => officer.get<AwardAnswer>(`/api/v1/awards/${award.id}`);
  let present = award;
  if (present.state === 'drafted') {
    await officer.post(
      `/api/v1/awards/${award.id}/recommend`,
      { reasons: 'The cheapest allocation of all demand over the whole term, as computed and checked.' },
      `demo-recommend-${award.id}`,
    );
    present = await read();
  }
  if (present.state === 'recommended') {
    await approver.post(
      `/api/v1/awards/${award.id}/approve`,
      { contentHash: present.contentHash },
      `demo-approve-${award.id}`,
    );
    present = await read();
  }
  const ends = present.standstillEndsAt ?? '';
  story.say(
    `The officer recommends, the approver approves exactly what was recommended (${(present.contentHash ?? '').slice(0, 12)}...). ` +
      `Standstill until ${ends.slice(0, 10)}: every bidder has its letter, nobody can sign.`,
  );
  await passTo(play, ends);
  return until(read, (answer) => answer.state === 'final');
}
