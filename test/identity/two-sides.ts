/**
 * A market with two of everybody, built over HTTP to its end: each of the two has pledges, offers, subscriptions or an
 * agreement of its own, so that either is a stranger to what is the other's.
 */
import { agreementsOf, signBoth, withProviders } from '../contracts/agreements.js';
import { awardOf, decided, pastStandstill } from '../awards/decided-award.js';
import { type Billed, billed } from '../billing/billed.js';
import { DAY_MILLIS, fillCatalogue, linesCsv, memberOf, ok, openPool, pledge, row, terms } from '../pools/setting.js';
import { bid, closed, draftedTender, type TenderDraft } from '../support/opened-tender.js';
import { dayOf, daysLater } from '../../src/kernel/calendar.js';
import { collected, type Collected } from '../payments/collected.js';
import type { Someone, System } from '../support/system.js';

/** What one side has, by the names that its ids have in paths. */
export interface TwoSides {
  /** of one agency; any other agency is a stranger to it */
  readonly officer: Someone;
  readonly approver: Someone;
  readonly admin: Someone;
  readonly chamber: Someone;
  readonly otherChamber: Someone;
  readonly shop: Someone;
  readonly otherShop: Someone;
  readonly provider: Someone;
  readonly otherProvider: Someone;
  /** has made no bid */
  readonly bystander: Someone;

  /** sponsored by the agency, and by now settled; what follows from it is the agency's, too */
  readonly poolId: string;
  /** sponsored by the chamber */
  readonly draftPoolId: string;
  readonly openPoolId: string;
  /** the shop's, in the open pool */
  readonly pledgeId: string;
  readonly tenderId: string;
  readonly draftTenderId: string;
  /** the agency's, which takes bids */
  readonly biddingTenderId: string;
  readonly bidId: string;
  /** the provider's own */
  readonly practiceId: string;
  readonly practiceTariff: object;
  readonly awardId: string;
  /** the provider's; the shop has an offer under it, and the chamber's member */
  readonly agreementId: string;
  readonly contentHash: string;
  /** the shop's, by now settled */
  readonly offerId: string;
  readonly subscriptionId: string;
  /** those of the chamber's member */
  readonly broughtOfferId: string;
  readonly broughtSubscriptionId: string;
  /** the provider's, and the shop's order of it; the shop's line works, the brought one does not yet */
  readonly addOnId: string;
  readonly addOnOrderId: string;
  /** until when the provider's agreement is open to join */
  readonly lateJoiningUntil: string;
  /** brought by the chamber; nobody can sign in for it */
  readonly memberId: string;
  /** the shop's, by the officer's agency */
  readonly billed: Billed;
  /** what followed from that: the shop's, but for the payout, which is the provider's */
  readonly collected: Collected;
}

const TARIFF = { bands: [{ from: 1, monthly: { 'basic-100': 15_000 } }] };

/** Lines enough that neither region's are merged with the other's. */
const LINES = { quantity: '10' };

export async function twoSides(system: System): Promise<TwoSides> {
  await fillCatalogue(system);
  const officer = await system.someone('officer');
  const approver = await system.someone('approver', officer.organisationId);
  const admin = await system.someone('admin', officer.organisationId);
  const [chamber, otherChamber] = [await system.someone('manager'), await system.someone('manager')];
  const [shop, otherShop] = [await system.someone('owner'), await system.someone('owner')];
  const [provider, otherProvider] = [await system.someone('bidder'), await system.someone('bidder')];

  const { id: poolId, joiningEndsAt } = await openPool(system, officer);
  const brought = linesCsv(row('brought', LINES));
  const otherBrought = linesCsv(row('other brought', { ...LINES, region: 'KR-26' }));
  ok(await chamber.postCsv(`/api/v1/pools/${poolId}/import?consent=stated`, brought), 200);
  ok(await otherChamber.postCsv(`/api/v1/pools/${poolId}/import?consent=stated`, otherBrought), 200);
  await joins(shop, poolId, 'shop', 'KR-11');
  await joins(otherShop, poolId, 'other shop', 'KR-26');
  const { id: secondPoolId } = await openPool(system, officer);
  await joins(otherShop, secondPoolId, 'second shop', 'KR-26');
  const { id: thirdPoolId } = await openPool(system, officer);
  await joins(otherShop, thirdPoolId, 'farther shop', 'KR-26');
  await system.passTo(joiningEndsAt);

  const { id: draftTenderId } = await draftedTender(system, officer, secondPoolId);
  const draft = await draftedTender(system, officer, poolId);
  await published(system, officer, draft);
  const { biddingEndsAt } = ok(await officer.get(`/api/v1/tenders/${draft.id}`), 200).body as { biddingEndsAt: string };
  const bids = [
    await bid(draft.id, provider, { ...TARIFF, lots: { 'KR-11': {} } }),
    await bid(draft.id, otherProvider, { ...TARIFF, lots: { 'KR-26': {} } }),
  ];
  const pool = { poolId, sponsor: officer, members: new Map<string, Someone>(), pledgeIds: [], regions: [], tiers: [] };
  const tender = { ...pool, tenderId: draft.id, officer, biddingEndsAt: new Date(biddingEndsAt) };
  await closed(system, tender);
  ok(await officer.post(`/api/v1/tenders/${draft.id}/bids/open`), 200);
  const award = await awardOf(system, officer, draft.id);
  ok(await officer.post(`/api/v1/awards/${award.id}/scenarios`), 201);
  const final = await pastStandstill(system, await decided(system, { ...tender, bids, award }, approver));
  for (const made of withProviders(final, await agreementsOf(system, final))) await signBoth(made, approver);
  await system.settled();
  const agreements = await agreementsOf(system, final);
  const own = agreements.find(({ providerId }) => providerId === provider.organisationId);
  if (!own || agreements.length !== 2) throw new Error(`${agreements.length} agreements`);
  const { dueAt } = ok(await officer.get(`/api/v1/agreements/${own.id}/round`), 200).body as { dueAt: string };
  await system.passTo(dueAt);

  const subscriptionId = await onlyOf(shop, 'subscriptions');
  const today = dayOf(await system.now());
  ok(await provider.post(`/api/v1/subscriptions/${subscriptionId}/installation`, { worksOn: today }), 200);
  const addOn = { code: 'firewall', name: 'Firewall', monthly: 500 };
  const { id: addOnId } = ok(await provider.post(`/api/v1/agreements/${own.id}/add-ons`, addOn), 201).body as {
    id: string;
  };
  const order = ok(await shop.post(`/api/v1/subscriptions/${subscriptionId}/add-ons`, { addOnId }), 201);
  const lateJoiningUntil = daysLater(today, 30);
  ok(await officer.put(`/api/v1/agreements/${own.id}/late-joining`, { until: lateJoiningUntil }), 200);

  const practiceTariff = { ...TARIFF, lots: { 'KR-11': {} } };
  const practising = { tariff: practiceTariff, durationSeconds: 1_800 };
  const practice = ok(await provider.post(`/api/v1/tenders/${draft.id}/practice`, practising), 201).body as {
    auctionId: string;
  };
  const draftPool = ok(await chamber.post('/api/v1/pools', await terms(system)), 201).body as { id: string };
  const { id: openPoolId } = await openPool(system, chamber);
  const line = { subscriptionId, agreementId: own.id, providerId: provider.organisationId };
  const offerId = await onlyOf(shop, 'offers');
  const bills = await billed(system, officer, shop, line);
  const followed = await collected(system, officer, shop, { ...line, ...bills, offerId });
  return {
    officer,
    approver,
    admin,
    chamber,
    otherChamber,
    shop,
    otherShop,
    provider,
    otherProvider,
    bystander: await system.someone('bidder'),
    poolId,
    draftPoolId: draftPool.id,
    openPoolId,
    pledgeId: await joins(shop, openPoolId, 'third shop', 'KR-11'),
    tenderId: draft.id,
    draftTenderId,
    biddingTenderId: await published(system, officer, await draftedTender(system, officer, thirdPoolId)),
    bidId: bids[0]?.bidId ?? '',
    practiceId: practice.auctionId,
    practiceTariff,
    awardId: award.id,
    agreementId: own.id,
    contentHash: own.contentHash,
    offerId,
    subscriptionId,
    broughtOfferId: await onlyOf(chamber, 'offers'),
    broughtSubscriptionId: await onlyOf(chamber, 'subscriptions'),
    addOnId,
    addOnOrderId: (order.body as { id: string }).id,
    lateJoiningUntil,
    memberId: await memberOf(system, chamber, 'brought'),
    billed: bills,
    collected: followed,
  };
}

/** Publishes a draft, with a fortnight to bid. @returns its id */
async function published(system: System, officer: Someone, { id, version }: TenderDraft): Promise<string> {
  const biddingEndsAt = new Date((await system.now()).getTime() + 14 * DAY_MILLIS);
  ok(await officer.patch(`/api/v1/tenders/${id}`, { biddingEndsAt }, version), 200);
  ok(await officer.post(`/api/v1/tenders/${id}/publish`), 200);
  await system.settled();
  return id;
}

async function joins(shop: Someone, poolId: string, reference: string, regionCode: string): Promise<string> {
  const wish = pledge(reference, {
    site: { reference, name: `The ${reference}`, regionCode },
    lines: [{ tierCode: 'basic-100', quantity: 10, ceilingMonthly: 18_000 }],
  });
  return (ok(await shop.post(`/api/v1/pools/${poolId}/pledges`, wish), 201).body as { id: string }).id;
}

async function onlyOf(reader: Someone, what: 'offers' | 'subscriptions'): Promise<string> {
  const { items } = ok(await reader.get(`/api/v1/${what}`), 200).body as { items: { id: string }[] };
  if (items.length !== 1) throw new Error(`${items.length} ${what}`);
  return items[0]?.id ?? '';
}
