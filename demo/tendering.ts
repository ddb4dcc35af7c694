/** Second act: the tender, sealed bids, their opening, the winner determination, two people deciding. */
import type { AuctionFormat } from '../src/tenders/rules/auction-settings.js';
import { ApiRefusal } from './api.js';
import { auctionTerms, formatWords } from './auction-api.js';
import { OFF_FOR_HALF, tariffOf } from './bidders.js';
import { type Play, days, now, passTo, until } from './play.js';
import { priceCaps } from './prices.js';

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
  /** the label of the alternative by which it wins; null when by its main tariff */
  readonly alternative: string | null;
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
  /** the lines that are awarded; null for all of the tender */
  readonly scope: readonly { readonly lot: string; readonly lines: number }[] | null;
  /** the award of which a winner fell out, and its bid; null for the first one */
  readonly fallenFrom: string | null;
  readonly fallenBid: string | null;
}

export interface Bid {
  readonly bidId: string;
  readonly providerId: string;
}

/** The version of a draft that nobody has edited. */
const UNTOUCHED = 1;

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
    const lots = regionsOf(tender);
    const tariffs = input.bidders.map((plan) => tariffOf(plan, lots, input.survey.lines));
    const conditions = {
      ...input.award,
      priceCaps: priceCaps(input.openMarket, tariffs, input.termMonths),
      biddingEndsAt: new Date((await now(play)).getTime() + days(21)).toISOString(),
      auction: auctionTerms(format),
      standstillDays: 10,
      offerDays: 14,
    };
    // A story that was killed behind this has a draft with its conditions already.
    if (tender.version === UNTOUCHED) await officer.patch(`/api/v1/tenders/${id}`, conditions, UNTOUCHED);
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

function regionsOf({ lots }: TenderAnswer): Map<string, readonly string[]> {
  return new Map(lots.map(({ code, regions }) => [code, regions]));
}

/**
 * Every provider seals a bid.
 * @param bidOfPlan what a plan's is; a tariff without alternatives unless said
 */
export async function bid(play: Play, tender: TenderAnswer, bidOfPlan = tariffOf): Promise<number> {
  const { story, input, cast } = play;
  const lots = regionsOf(tender);
  const bar = story.progress('sealed bids', input.bidders.length, 'bids');
  const bids = input.bidders.map((plan) => ({ plan, tariff: bidOfPlan(plan, lots, input.survey.lines) }));
  let sent = 0;
  await until(
    () => cast.officer.get<{ state: string }>(`/api/v1/tenders/${tender.id}/auction`).catch(() => ({ state: 'none' })),
    (auction) => auction.state !== 'none',
  );
  for (const { plan, tariff } of bids) {
    const user = cast.providers.get(plan.provider);
    if (!user) throw new Error(`${plan.provider} has no account`);
    await user.post(`/api/v1/tenders/${tender.id}/bids`, tariff, `demo-bid-${tender.id}`);
    sent += 1;
    bar.to(sent);
  }
  bar.end();
  story.say(
    'Each is encrypted on arrival, and its sender holds a signed receipt. Not even the agency can read one yet.',
  );
  for (const { plan, tariff } of bids.filter((each) => each.tariff.alternatives !== undefined)) {
    const half = tariff.alternatives?.['half of it']?.minimumLines ?? 0;
    story.say(
      `${plan.provider} seals two tariffs, of which at most one can win: one for however little it gets, and one that is ` +
        `${OFF_FOR_HALF} % lower if it gets half of it, ${story.count(half)} lines or more.`,
    );
  }
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

/** An award of a tender, as soon as it is evaluated: drafted, or failed; evaluations that others replaced are left aside. */
async function evaluation(
  { cast }: Play,
  tenderId: string,
  wanted: (award: AwardAnswer) => boolean,
): Promise<AwardAnswer> {
  const award = await until(
    async () => {
      for await (const one of cast.officer.all<AwardAnswer>(`/api/v1/tenders/${tenderId}/awards`)) {
        if (one.state !== 'superseded' && wanted(one)) return one;
      }
      return null;
    },
    (found) => found !== null && found.state !== 'evaluating',
  );
  if (award === null) throw new Error('no award');
  return award;
}

/** The award of all lines of a tender; a story that was cut off finds it again, whatever followed. */
export function evaluated(play: Play, tenderId: string): Promise<AwardAnswer> {
  return evaluation(play, tenderId, ({ fallenFrom }) => fallenFrom === null);
}

/** The award of the lines of a winner that fell out of another one. */
export function followUpOf(
  play: Play,
  tenderId: string,
  { id, winners }: AwardAnswer,
  providerId: string,
): Promise<AwardAnswer> {
  const bidId = winners.find((winner) => winner.providerId === providerId)?.bidId;
  return evaluation(play, tenderId, ({ fallenFrom, fallenBid }) => fallenFrom === id && fallenBid === bidId);
}

/**
 * Recommends an award that is drafted. A follow-up is evaluated again first when its winners settled or were awarded other
 * lines meanwhile, for then its prices are others.
 * @returns the award as it is then; one that failed, also on being evaluated again, stays so
 */
export async function recommended(play: Play, tenderId: string, award: AwardAnswer): Promise<AwardAnswer> {
  const { officer } = play.cast;
  if (award.state !== 'drafted') return award;
  try {
    await officer.post(
      `/api/v1/awards/${award.id}/recommend`,
      { reasons: 'The cheapest allocation of all demand over the whole term, as computed and checked.' },
      `demo-recommend-${award.id}`,
    );
    return await officer.get<AwardAnswer>(`/api/v1/awards/${award.id}`);
  } catch (error) {
    if (!(error instanceof ApiRefusal) || error.problem.code !== 'award.held-changed') throw error;
  }
  await officer.post(
    `/api/v1/awards/${award.id}/evaluate-again`,
    { excludedBidIds: [], why: 'What its winners hold in the tender has changed since it was evaluated.' },
    `demo-again-${award.id}`,
  );
  const { fallenFrom, fallenBid } = award;
  const again = await evaluation(play, tenderId, (one) => one.fallenFrom === fallenFrom && one.fallenBid === fallenBid);
  return recommended(play, tenderId, again);
}

/** Abandons an award that failed, and with the first one its tender: nobody is awarded these lines. */
export async function giveUp({ cast }: Play, tenderId: string, award: AwardAnswer): Promise<void> {
  if (award.state === 'abandoned') return;
  const what = award.fallenFrom === null ? `tenders/${tenderId}` : `awards/${award.id}`;
  await cast.officer.post(
    `/api/v1/${what}/abandon`,
    { why: 'No bid that is left serves these lines.' },
    `demo-abandon-${award.id}`,
  );
}

/** Another person approves what one recommended; then everybody waits. */
export async function decide(play: Play, award: AwardAnswer): Promise<AwardAnswer> {
  const { officer, approver } = play.cast;
  const { story } = play;
  const read = (): Promise<AwardAnswer> => officer.get<AwardAnswer>(`/api/v1/awards/${award.id}`);
  let present = award;
  if (present.state === 'recommended') {
    await approver.post(
      `/api/v1/awards/${award.id}/approve`,
      { contentHash: present.contentHash },
      `demo-approve-${award.id}`,
    );
    present = await read();
  }
  const ends = present.standstillEndsAt;
  if (ends === null) throw new Error(`the award is ${present.state}: ${present.explanation.join(' ')}`);
  story.say(
    `The officer recommends, the approver approves exactly what was recommended (${(present.contentHash ?? '').slice(0, 12)}...). ` +
      `Standstill until ${ends.slice(0, 10)}: every bidder has its letter, nobody can sign.`,
  );
  await passTo(play, ends);
  return until(read, (answer) => answer.state === 'final');
}
