/** How routes about lines under way, and about joining a running agreement, treat what belongs to others. */
import type { System } from '../support/system.js';
import {
  type About,
  OVERSIGHT,
  part,
  refused,
  type Refused,
  same,
  type Treatments,
  unknown,
  WHY,
} from './treatment.js';
import type { TwoSides } from './two-sides.js';

const FOR_MEMBERS = 'an agreement that is open to join is for whichever members want to, each with lines of its own';
const OPEN_TO_JOIN = same(FOR_MEMBERS);
const LATE_LINE = { region: 'KR-11', tier: 'basic-100', quantity: 1 };
const LATE_SHEET =
  'business_ref,business_name,region,service_tier,quantity,up_to\nlate,Late shop,KR-11,basic-100,1,20000\n';

export async function lineTreatments(system: System, m: TwoSides): Promise<Record<string, Treatments>> {
  const chambers = { owner: m.chamber, stranger: m.otherChamber };
  const shops = { owner: m.shop, stranger: m.otherShop };
  const providers = { owner: m.provider, stranger: m.otherProvider };
  const officers = { owner: m.officer, stranger: await system.someone('officer') };
  const round = { ids: { agreementId: m.agreementId } };
  const line = { ids: { id: m.subscriptionId } };
  const subscription: Treatments = {
    owner: unknown(shops, line),
    manager: unknown(chambers, { ids: { id: m.broughtSubscriptionId } }),
    bidder: unknown(providers, line),
    officer: OVERSIGHT,
    auditor: OVERSIGHT,
  };
  const worksOn = { worksOn: '2000-01-01' };
  const signedFor = (about: About): Refused[] => refused('agency.not-yours', officers, about);
  const outage = { reportedAt: '2000-01-01T00:00:00Z', repairedAt: '2000-01-02T00:00:00Z' };
  const addOn = { ids: { agreementId: m.agreementId, addOnId: m.addOnId } };
  return {
    'get /api/v1/subscriptions/:id': subscription,
    'get /api/v1/subscriptions/:id/contract': subscription,
    'get /api/v1/subscriptions/:id/credits': subscription,
    'get /api/v1/subscriptions/:id/add-ons': subscription,
    'post /api/v1/subscriptions/:id/installation': { bidder: unknown(providers, { ...line, body: worksOn }) },
    'post /api/v1/subscriptions/:id/address': {
      owner: unknown(shops, { ...line, body: { address: '1 Old Street' } }),
      manager: unknown(chambers, { ids: { id: m.broughtSubscriptionId }, body: { address: '1 Old Street' } }),
    },
    'post /api/v1/subscriptions/:id/repairs': {
      bidder: unknown(providers, { ...line, body: outage }),
      officer: signedFor({ ...line, body: outage }),
    },
    'post /api/v1/subscriptions/:id/suspend': { officer: signedFor({ ...line, body: WHY }) },
    'post /api/v1/subscriptions/:id/resume': { officer: signedFor({ ...line, body: WHY }) },
    'post /api/v1/subscriptions/:id/end': {
      owner: unknown(shops, { ...line, body: WHY }),
      officer: signedFor({ ...line, body: WHY }),
    },
    'post /api/v1/subscriptions/:id/cancel': {
      officer: signedFor({ ids: { id: m.broughtSubscriptionId }, body: WHY }),
    },
    'post /api/v1/subscriptions/:id/add-ons': {
      owner: unknown(shops, { ...line, body: { addOnId: m.addOnId } }),
    },
    'post /api/v1/subscriptions/:id/add-ons/:orderId/end': {
      owner: unknown(shops, { ids: { id: m.subscriptionId, orderId: m.addOnOrderId } }),
    },

    'get /api/v1/agreements/:agreementId/lines.csv': {
      owner: [...unknown(shops, round), ...part('brought', { owner: m.chamber, stranger: m.shop }, round)],
      manager: [...unknown(chambers, round), ...part('shop', { owner: m.shop, stranger: m.chamber }, round)],
      bidder: unknown(providers, round),
      officer: OVERSIGHT,
      auditor: OVERSIGHT,
    },
    'post /api/v1/agreements/:agreementId/installations': {
      bidder: unknown(providers, { ...round, body: 'number,works_on\n' }),
    },
    'get /api/v1/agreements/:agreementId/add-ons': {
      owner: unknown(shops, round),
      manager: unknown(chambers, round),
      bidder: unknown(providers, round),
      officer: OVERSIGHT,
      auditor: OVERSIGHT,
    },
    'post /api/v1/agreements/:agreementId/add-ons': {
      bidder: unknown(providers, { ...round, body: { code: 'backup', name: 'Backup', monthly: 1 } }),
    },
    'post /api/v1/agreements/:agreementId/add-ons/:addOnId/withdraw': { bidder: unknown(providers, addOn) },
    'put /api/v1/agreements/:agreementId/late-joining': {
      officer: signedFor({ ...round, body: { until: m.lateJoiningUntil } }),
    },
    'get /api/v1/agreements/:agreementId/late-joins/preview': {
      owner: OPEN_TO_JOIN,
      manager: OPEN_TO_JOIN,
      officer: OPEN_TO_JOIN,
      auditor: OPEN_TO_JOIN,
    },
    'get /api/v1/agreements/:agreementId/late-joins/classes': {
      owner: OPEN_TO_JOIN,
      manager: OPEN_TO_JOIN,
      officer: OPEN_TO_JOIN,
      auditor: OPEN_TO_JOIN,
    },
    'post /api/v1/agreements/:agreementId/late-joins': {
      owner: same(FOR_MEMBERS, { ...round, body: { ...LATE_LINE, site: 'late', upTo: 20_000 } }),
    },
    'post /api/v1/agreements/:agreementId/late-joins/import': {
      manager: same(FOR_MEMBERS, { ...round, query: '?consent=stated', body: LATE_SHEET }),
    },
  };
}
