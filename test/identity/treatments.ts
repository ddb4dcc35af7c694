/**
 * How each route with an id treats what belongs to others, for every role that it lets in: the table to which a route
 * is added together with its controller.
 */
import type { System } from '../support/system.js';
import { pledge } from '../pools/setting.js';
import { lineTreatments } from './line-treatments.js';
import { moneyTreatments } from './money-treatments.js';
import { paymentTreatments } from './payment-treatments.js';
import { invitations, people } from './people-treatments.js';
import { OVERSIGHT, part, refused, same, type Treatments, unknown, WHY } from './treatment.js';
import type { TwoSides } from './two-sides.js';

const MARKET = same('agencies run the market together: pools, tenders, bids and awards are of the market, not of one');
const PUBLIC_POOL = same('a pool that was opened is public');
const PUBLISHED = same('a published tender is for every provider, and each has its own bid in it');
const PUBLIC_AUCTION = same('everybody may follow an auction, and check its log; who is told what of it is a rule');
const CATALOGUE = same('there is one catalogue for all, kept by the agency');

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
  const sign = { ...agreement, body: { contentHash: '0'.repeat(64) } };
  const ownPledge = { ids: { pledgeId: m.pledgeId, id: m.openPoolId } };
  const broughtOffer = { ids: { id: m.broughtOfferId } };
  const reading: Treatments = { officer: MARKET, approver: MARKET, auditor: MARKET };
  return {
    'get /api/v1/regions/:code': { anyone: CATALOGUE },
    'patch /api/v1/regions/:code': { officer: CATALOGUE, admin: CATALOGUE },
    'get /api/v1/tiers/:code': { anyone: CATALOGUE },
    'patch /api/v1/tiers/:code': { officer: CATALOGUE, admin: CATALOGUE },

    'delete /api/v1/invitations/:id': await invitations(system, m),
    'delete /api/v1/people/:id/roles/:role': people(m, await system.someone('admin')),
    'post /api/v1/organisations/:id/invitations': {
      admin: same('any administrator may help an organisation for which nobody can sign in yet'),
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
      officer: MARKET,
      manager: [
        ...unknown(withDraft, { ...draftPool, body: { title: 'Ours now' }, version: 7 }),
        ...refused('pool.not-yours', chambers, { ...openPool, body: { title: 'Ours now' }, version: 7 }),
      ],
    },
    'post /api/v1/pools/:id/open': {
      officer: MARKET,
      manager: [...refused('pool.not-yours', chambers, openPool), ...unknown(withDraft, draftPool)],
    },
    'post /api/v1/pools/:id/cancel': {
      officer: MARKET,
      manager: [
        ...unknown({ owner: m.chamber, stranger: m.otherChamber }, { ...draftPool, body: WHY }),
        ...refused('pool.not-yours', { owner: m.officer, stranger: m.chamber }, { ids: { id: m.poolId }, body: WHY }),
      ],
    },
    'post /api/v1/pools/:id/release': { officer: MARKET },
    'get /api/v1/pools/:id/pledges': {
      owner: [...part(m.pledgeId, shops, openPool), ...unknown({ owner: m.chamber, stranger: m.shop }, draftPool)],
      manager: [...part(m.memberId, chambers, { ids: { id: m.poolId } }), ...unknown(withDraft, draftPool)],
      officer: OVERSIGHT,
      auditor: OVERSIGHT,
    },
    'post /api/v1/pools/:id/pledges': {
      owner: same('whoever is a member may join whatever pool is open, with lines of its own'),
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
    'patch /api/v1/tenders/:id': { officer: MARKET },
    'post /api/v1/tenders/:id/publish': { officer: MARKET },
    'post /api/v1/tenders/:id/cancel': { officer: MARKET },
    'post /api/v1/tenders/:tenderId/abandon': { officer: MARKET },
    'get /api/v1/tenders/:id/auction': { ...reading, bidder: PUBLISHED },
    'post /api/v1/tenders/:id/bids': { bidder: PUBLISHED },
    'get /api/v1/tenders/:id/bids': reading,
    'get /api/v1/tenders/:id/bids/mine': { bidder: part(m.bidId, providers, { ids: { id: m.tenderId } }) },
    'post /api/v1/tenders/:id/bids/open': { officer: MARKET },
    'post /api/v1/bids/:id/withdraw': { bidder: unknown(providers, { ids: { id: m.bidId } }) },

    'get /api/v1/tenders/:id/practice': { bidder: part(m.practiceId, providers, { ids: { id: m.tenderId } }) },
    'post /api/v1/tenders/:id/practice': { bidder: PUBLISHED },

    'get /api/v1/auctions/:id': {
      officer: [...MARKET, ...unknown({ owner: m.provider, stranger: m.officer }, practice)],
      approver: MARKET,
      auditor: MARKET,
      bidder: [...PUBLISHED, ...unknown(providers, practice)],
    },
    'post /api/v1/auctions/:id/bids': {
      bidder: [...PUBLISHED, ...unknown(providers, { ...practice, body: m.practiceTariff })],
    },
    'post /api/v1/auctions/:id/proxy': {
      bidder: [...PUBLISHED, ...unknown(providers, { ...practice, body: instruction })],
    },
    'post /api/v1/auctions/:id/proxy/end': { bidder: [...PUBLISHED, ...unknown(providers, practice)] },
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
    'post /api/v1/auctions/:id/pause': { officer: MARKET },
    'post /api/v1/auctions/:id/resume': { officer: MARKET },

    'get /api/v1/tenders/:tenderId/awards': reading,
    'get /api/v1/awards/:id': reading,
    'patch /api/v1/awards/:id': { officer: MARKET },
    'post /api/v1/awards/:id/recommend': { officer: MARKET },
    'post /api/v1/awards/:id/approve': { approver: MARKET },
    'post /api/v1/awards/:id/reject': { approver: MARKET },
    'post /api/v1/awards/:id/evaluate-again': { officer: MARKET },
    'post /api/v1/awards/:id/abandon': { officer: MARKET },
    'post /api/v1/awards/:id/scenarios': { officer: MARKET },
    'get /api/v1/awards/:id/scenarios': reading,
    'get /api/v1/awards/:id/gaps': reading,
    'post /api/v1/awards/:id/gaps/proofs': { officer: MARKET },
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
      officer: refused(
        'agreement.not-a-party',
        { owner: m.officer, stranger: await system.someone('officer') },
        { ...agreement, body: { specialConditions: 'Ours.' } },
      ),
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
