/**
 * How each route with an id treats what belongs to others, for every role that it lets in: the table to which a route
 * is added together with its controller.
 */
import { randomUUID } from 'node:crypto';
import type { System } from '../support/system.js';
import { ok, pledge, terms } from '../pools/setting.js';
import { lineTreatments } from './line-treatments.js';
import { moneyTreatments } from './money-treatments.js';
import { paymentTreatments } from './payment-treatments.js';
import { invitations, people } from './people-treatments.js';
import {
  type About,
  OVERSIGHT,
  part,
  type Refused,
  refused,
  type Same,
  same,
  type Treatments,
  unknown,
  WHY,
} from './treatment.js';
import type { TwoSides } from './two-sides.js';

const READING = same(
  'agencies read one another’s pools, tenders, bids and awards, so that each can be held to account',
);
const PUBLIC_POOL = same('a pool that was opened is public');
const FOR_PROVIDERS = 'a published tender is for every provider, and each has its own bid in it';
const PUBLISHED = same(FOR_PROVIDERS);
const PUBLIC_AUCTION = same('everybody may follow an auction, and check its log; who is told what of it is a rule');
const ONE_CATALOGUE = 'there is one catalogue for all, kept by the agencies';
const CATALOGUE = same(ONE_CATALOGUE);

/** Every route with an id in its path. */
export async function treatments(system: System, m: TwoSides): Promise<Record<string, Treatments>> {
  const chambers = { owner: m.chamber, stranger: m.otherChamber };
  const shops = { owner: m.shop, stranger: m.otherShop };
  const providers = { owner: m.provider, stranger: m.otherProvider };
  const withDraft = { owner: m.chamber, stranger: m.otherChamber };
  const draftPool = { ids: { id: m.draftPoolId } };
  const openPool = { ids: { id: m.openPoolId } };
  const draftTender = unknown({ owner: m.officer, stranger: m.provider }, { ids: { id: m.draftTenderId } });
  const agreement = { ids: { id: m.agreementId } };
  const round = { ids: { agreementId: m.agreementId } };
  const agencies = { owner: m.approver, stranger: await system.someone('approver') };
  const practice = { ids: { id: m.practiceId } };
  const instruction = { floor: { kind: 'factor', bp: { 'basic-100': 9_000 } } };
  const officers = { owner: m.officer, stranger: await system.someone('officer') };
  const ours = (about: About): Refused[] => refused('agency.not-yours', officers, about);
  const oursToDecide = (about: About): Refused[] => refused('agency.not-yours', agencies, about);
  const pool = { ids: { id: m.poolId } };
  const tender = { ids: { id: m.tenderId } };
  const award = { ids: { id: m.awardId } };
  const bidding = { ids: { id: m.biddingTenderId } };
  const biddingTariff = { ...m.practiceTariff, lots: { 'KR-26': {} } };
  const open = (about: Omit<About, 'ids'>): Same[] => same(FOR_PROVIDERS, { ...bidding, ...about });
  const hash = { contentHash: '0'.repeat(64) };
  const renamed = (code: string, version: number): Same[] =>
    same(ONE_CATALOGUE, { ids: { code }, body: { name: `Renamed ${version}` }, version });
  const sign = { ...agreement, body: hash };
  const ownPledge = { ids: { pledgeId: m.pledgeId, id: m.openPoolId } };
  const broughtOffer = { ids: { id: m.broughtOfferId } };
  const reading: Treatments = { officer: READING, approver: READING, auditor: READING };
  return {
    'get /api/v1/regions/:code': { anyone: CATALOGUE },
    'patch /api/v1/regions/:code': { officer: renamed('KR-27', 1), admin: renamed('KR-27', 2) },
    'get /api/v1/tiers/:code': { anyone: CATALOGUE },
    'patch /api/v1/tiers/:code': { officer: renamed('fibre-1000', 1), admin: renamed('fibre-1000', 2) },

    'delete /api/v1/invitations/:id': await invitations(system, m),
    'delete /api/v1/people/:id/roles/:role': people(m, await system.someone('admin')),
    'post /api/v1/organisations/:id/invitations': {
      admin: same('any administrator may help an organisation for which nobody can sign in yet', {
        ids: { id: await withoutPeople(system) },
        body: { email: 'lee@chamber.example', name: 'Lee', roles: ['manager'] },
      }),
    },
    'post /api/v1/members/:memberId/invitations': {
      manager: unknown(chambers, { ids: { memberId: m.memberId }, body: { email: 'kim@shop.example', name: 'Kim' } }),
    },

    'get /api/v1/pools/:id': { anyone: [...PUBLIC_POOL, ...unknown(withDraft, draftPool)] },
    'get /api/v1/pools/:id/demand': {
      ...reading,
      bidder: [...PUBLIC_POOL, ...unknown({ owner: m.officer, stranger: m.provider }, draftPool)],
    },
    'patch /api/v1/pools/:id': {
      officer: [
        ...ours({ ...pool, body: { title: 'Ours now' }, version: 7 }),
        ...same('any agency may help with an association’s pool, until one publishes its tender', {
          ids: { id: await anotherDraft(system, m) },
          body: { title: 'A better title' },
          version: 1,
        }),
      ],
      manager: [
        ...unknown(withDraft, { ...draftPool, body: { title: 'Ours now' }, version: 7 }),
        ...refused('pool.not-yours', chambers, { ...openPool, body: { title: 'Ours now' }, version: 7 }),
      ],
    },
    'post /api/v1/pools/:id/open': {
      officer: ours(pool),
      manager: [...refused('pool.not-yours', chambers, openPool), ...unknown(withDraft, draftPool)],
    },
    'post /api/v1/pools/:id/cancel': {
      officer: ours({ ...pool, body: WHY }),
      manager: [
        ...unknown({ owner: m.chamber, stranger: m.otherChamber }, { ...draftPool, body: WHY }),
        ...refused('pool.not-yours', { owner: m.officer, stranger: m.chamber }, { ids: { id: m.poolId }, body: WHY }),
      ],
    },
    'post /api/v1/pools/:id/release': { officer: ours({ ...pool, body: WHY }) },
    'get /api/v1/pools/:id/pledges': {
      owner: [...part(m.pledgeId, shops, openPool), ...unknown({ owner: m.chamber, stranger: m.shop }, draftPool)],
      manager: [...part(m.memberId, chambers, { ids: { id: m.poolId } }), ...unknown(withDraft, draftPool)],
      officer: OVERSIGHT,
      auditor: OVERSIGHT,
    },
    'post /api/v1/pools/:id/pledges': {
      owner: same('whoever is a member may join whatever pool is open, with lines of its own', {
        ...openPool,
        body: pledge('fourth shop'),
      }),
    },
    'put /api/v1/pools/:id/pledges/:pledgeId': {
      owner: unknown(shops, { ...ownPledge, body: pledge('third shop'), version: 7 }),
    },
    'delete /api/v1/pools/:id/pledges/:pledgeId': { owner: unknown(shops, { ...ownPledge, version: 7 }) },
    'post /api/v1/pools/:id/import': {
      manager: [
        ...refused('pool.not-yours', chambers, { ...openPool, body: 'no,such,columns\n' }),
        ...unknown(withDraft, { ...draftPool, body: 'no,such,columns\n' }),
      ],
    },
    'post /api/v1/pools/:id/take-back': {
      manager: [
        ...refused('take-back.invalid', chambers, { ...openPool, body: { references: ['brought'] } }),
        ...unknown(withDraft, { ...draftPool, body: { references: ['brought'] } }),
      ],
    },

    'get /api/v1/tenders/:id': { ...reading, bidder: [...PUBLISHED, ...draftTender] },
    'patch /api/v1/tenders/:id': {
      officer: ours({ ids: { id: m.draftTenderId }, body: { title: 'Ours now' }, version: 7 }),
    },
    'post /api/v1/tenders/:id/publish': { officer: ours({ ids: { id: m.draftTenderId } }) },
    'post /api/v1/tenders/:id/cancel': { officer: ours({ ...tender, body: WHY }) },
    'post /api/v1/tenders/:tenderId/abandon': { officer: ours({ ids: { tenderId: m.tenderId }, body: WHY }) },
    'get /api/v1/tenders/:id/auction': { ...reading, bidder: PUBLISHED },
    'post /api/v1/tenders/:id/bids': { bidder: open({ body: biddingTariff }) },
    'get /api/v1/tenders/:id/bids': reading,
    'get /api/v1/tenders/:id/bids/mine': { bidder: part(m.bidId, providers, { ids: { id: m.tenderId } }) },
    'post /api/v1/tenders/:id/bids/open': { officer: ours(tender) },
    'post /api/v1/bids/:id/withdraw': { bidder: unknown(providers, { ids: { id: m.bidId } }) },

    'get /api/v1/tenders/:id/practice': { bidder: part(m.practiceId, providers, { ids: { id: m.tenderId } }) },
    'post /api/v1/tenders/:id/practice': { bidder: open({ body: { tariff: biddingTariff, durationSeconds: 60 } }) },

    'get /api/v1/auctions/:id': {
      officer: [...READING, ...unknown({ owner: m.provider, stranger: m.officer }, practice)],
      approver: READING,
      auditor: READING,
      bidder: [...PUBLISHED, ...unknown(providers, practice)],
    },
    'post /api/v1/auctions/:id/bids': {
      bidder: unknown(providers, { ...practice, body: m.practiceTariff }),
    },
    'post /api/v1/auctions/:id/proxy': {
      bidder: [...open({ body: instruction }), ...unknown(providers, { ...practice, body: instruction })],
    },
    'post /api/v1/auctions/:id/proxy/end': { bidder: [...open({}), ...unknown(providers, practice)] },
    'get /api/v1/auctions/:id/standing': {
      bidder: [
        ...part('KR-11', providers, { ids: { id: m.tenderId } }),
        ...refused(
          'bid.not-found',
          { owner: m.provider, stranger: m.bystander },
          {
            ids: { id: m.tenderId },
          },
        ),
        ...unknown(providers, practice),
      ],
    },
    'get /api/v1/auctions/:id/standings': reading,
    'get /api/v1/auctions/:id/feed': { anyone: [...PUBLIC_AUCTION, ...unknown(providers, practice)] },
    'get /api/v1/auctions/:id/log': { anyone: [...PUBLIC_AUCTION, ...unknown(providers, practice)] },
    'post /api/v1/auctions/:id/pause': { officer: ours({ ...tender, body: WHY }) },
    'post /api/v1/auctions/:id/resume': { officer: ours(tender) },

    'get /api/v1/tenders/:tenderId/awards': reading,
    'get /api/v1/awards/:id': reading,
    'patch /api/v1/awards/:id': { officer: ours({ ...award, body: { reasons: 'Ours.' }, version: 99 }) },
    'post /api/v1/awards/:id/recommend': { officer: ours({ ...award, body: { reasons: 'Ours.' } }) },
    'post /api/v1/awards/:id/approve': { approver: oursToDecide({ ...award, body: hash }) },
    'post /api/v1/awards/:id/reject': { approver: oursToDecide({ ...award, body: WHY }) },
    'post /api/v1/awards/:id/evaluate-again': { officer: ours({ ...award, body: { excludedBidIds: [], ...WHY } }) },
    'post /api/v1/awards/:id/abandon': { officer: ours({ ...award, body: WHY }) },
    'post /api/v1/awards/:id/scenarios': { officer: ours(award) },
    'get /api/v1/awards/:id/scenarios': reading,
    'get /api/v1/awards/:id/gaps': reading,
    'post /api/v1/awards/:id/gaps/proofs': { officer: ours({ ...award, body: {} }) },
    'get /api/v1/awards/:id/lots': reading,
    'get /api/v1/awards/:id/weighing': reading,
    'get /api/v1/awards/:id/letters': reading,
    'get /api/v1/awards/:id/letter': {
      bidder: [
        ...unknown({ owner: m.provider, stranger: m.bystander }, { ids: { id: m.awardId } }),
        ...part(m.provider.organisationId, providers, { ids: { id: m.awardId } }),
      ],
    },

    'get /api/v1/agreements/:id': { ...reading, bidder: unknown(providers, agreement) },
    'get /api/v1/agreements/:id/pdf': { ...reading, bidder: unknown(providers, agreement) },
    'post /api/v1/agreements/:id/sign': {
      bidder: unknown(providers, sign),
      approver: refused('agreement.not-a-party', agencies, sign),
    },
    'post /api/v1/agreements/:id/return': {
      bidder: unknown(providers, { ...agreement, body: WHY }),
      approver: refused('agreement.not-a-party', agencies, { ...agreement, body: WHY }),
    },
    'post /api/v1/agreements/:id/let-fall': {
      approver: refused('agreement.not-a-party', agencies, { ...agreement, body: WHY }),
    },
    'post /api/v1/agreements/:id/issue': {
      officer: refused('agreement.not-a-party', officers, { ...agreement, body: { specialConditions: 'Ours.' } }),
    },

    'get /api/v1/agreements/:agreementId/round': {
      owner: unknown(shops, round),
      manager: unknown(chambers, round),
      bidder: unknown(providers, round),
      officer: OVERSIGHT,
      auditor: OVERSIGHT,
    },
    'get /api/v1/agreements/:agreementId/round/classes': {
      owner: unknown(shops, round),
      manager: unknown(chambers, round),
      bidder: unknown(providers, round),
      officer: OVERSIGHT,
      auditor: OVERSIGHT,
    },
    'get /api/v1/agreements/:agreementId/offers.csv': {
      owner: [...unknown(shops, round), ...part(m.offerId, { owner: m.shop, stranger: m.chamber }, round)],
      manager: [...unknown(chambers, round), ...part(m.broughtOfferId, { owner: m.chamber, stranger: m.shop }, round)],
      officer: OVERSIGHT,
      auditor: OVERSIGHT,
    },
    'post /api/v1/agreements/:agreementId/answers': {
      manager: unknown(chambers, { ...round, query: '?mandate=stated', body: 'offer_id,answer,up_to\n' }),
    },
    'get /api/v1/offers/:id': {
      owner: unknown(shops, { ids: { id: m.offerId } }),
      manager: unknown(chambers, broughtOffer),
      officer: OVERSIGHT,
      auditor: OVERSIGHT,
    },
    'post /api/v1/offers/:id/answer': {
      owner: unknown(shops, { ids: { id: m.offerId }, body: { answer: 'decline' } }),
    },
    ...(await lineTreatments(system, m)),
    ...(await moneyTreatments(system, m)),
    ...(await paymentTreatments(system, m)),
  };
}

/** A pool of the chamber's that no other request is about. */
async function anotherDraft(system: System, { chamber }: TwoSides): Promise<string> {
  return (ok(await chamber.post('/api/v1/pools', await terms(system)), 201).body as { id: string }).id;
}

/** An association that was admitted, and that nobody has joined. */
async function withoutPeople({ source }: System): Promise<string> {
  const id = randomUUID();
  await source.query(`insert into organisation (id, kind, name) values ($1, 'association', 'A chamber to be')`, [id]);
  return id;
}
