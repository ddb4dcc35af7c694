/**
 * Money at Stripe that its payment methods for tests let go every way, told of by signed webhooks alone, tripled, shuffled and
 * late: each member's collection ends as its method says.
 */
import { REAL } from '../support/stripe/ways.js';
import { applied, type AtStripe, atStripe, stopped } from './at-stripe.js';
import { wrongInBooks } from './books.js';
import { issue } from './issued.js';
import { nightPasses } from './night.js';
import { collectionOf, sides } from './paid-market.js';
import { hasMethod, noticePasses } from './told.js';
import { cases } from '../support/cases.js';

const EUR = 'EUR';
const NET = 10_000;
const TOTAL = 11_000;
const REFUNDED = 3_000;
const ORDERS = REAL ? 1 : cases(4);

type Happens = 'debited' | 'won' | 'lost' | 'refunded' | null;
type End = readonly [state: string, openMinor: number, paidMinor: number, returnedMinor: number];

/** By what each member pays, what happens then, and how its collection ends: what was given back without a credit is owed again. */
const KINDS: readonly (readonly [token: string, happens: Happens, end: End])[] = [
  ['pm_card_visa', null, ['paid', 0, TOTAL, 0]],
  ['pm_success_de', 'debited', ['paid', 0, TOTAL, 0]],
  ['pm_insufficientFunds_de', 'debited', ['failed', TOTAL, 0, 0]],
  ['pm_card_chargeCustomerFail', null, ['failed', TOTAL, 0, 0]],
  ['pm_card_createDispute', 'won', ['paid', 0, TOTAL, 0]],
  ['pm_card_createDispute', 'lost', ['due', TOTAL, TOTAL, TOTAL]],
  ['pm_card_bypassPending', 'refunded', ['due', REFUNDED, TOTAL, REFUNDED]],
];

describe('money of each kind that is told of in any order', () => {
  let at: AtStripe;
  beforeAll(async () => {
    at = await atStripe({ automatic: false });
  });
  afterAll(() => stopped(at));

  const intentOf = async (memberId: string): Promise<string> => {
    const rows: { id: string }[] = await at.system.source.query(
      'select stripe_id as id from stripe_customer where member_id = $1',
      [memberId],
    );
    const { data } = await at.asked.stripe.paymentIntents.list({ customer: rows[0]?.id ?? '' });
    return data[0]?.id ?? '';
  };

  const happens = async (what: Happens, memberId: string): Promise<void> => {
    const { asked } = at;
    if (what === null) return;
    const intent = await intentOf(memberId);
    if (what === 'debited') await asked.debited(intent);
    else if (what === 'refunded') await asked.stripe.refunds.create({ payment_intent: intent, amount: REFUNDED });
    else await asked.decide((await asked.disputeOf(intent)).id, what);
  };

  /** A market whose members pay by each kind of method. @returns how it has ended, to be asked once all is told */
  const story = async (tellSome: () => Promise<void>): Promise<() => Promise<End[]>> => {
    const { asked, system } = at;
    const market = await sides(system, KINDS.length, { currency: EUR });
    const providerId = market.provider.organisationId;
    const ids = market.members.map(({ organisationId }) => organisationId);
    for (const [place, [token]] of KINDS.entries()) await hasMethod(system, asked, ids[place] ?? '', token);
    const wanted = ids.map((memberId) => ({ memberId, shares: [{ providerId, net: NET }] }));
    const invoices = await issue(system, market.agencyId, '2026-02', wanted, EUR);
    await noticePasses(system);
    await tellSome();
    for (const [place, [, what]] of KINDS.entries()) await happens(what, ids[place] ?? '');
    return async () => {
      const ends: End[] = [];
      for (const { id } of invoices) {
        const { state, openMinor, paidMinor, returnedMinor } = await collectionOf(market.officer, id);
        ends.push([state, openMinor, paidMinor, returnedMinor]);
      }
      return ends;
    };
  };

  it(`ends as its method says: ${ORDERS} orders of each, tripled and late`, async () => {
    for (let seed = 1; seed <= ORDERS; seed += 1) {
      const tell = async (late: number): Promise<void> => {
        await at.asked.deliver({ seed, copies: 3, late, atOnce: 4 });
        await applied(at);
      };
      const ends = await story(() => tell(0.5));
      await tell(0.5);
      await tell(0);
      expect(await ends()).toEqual(KINDS.map(([, , end]) => end));
    }
    expect(await wrongInBooks(at.system)).toEqual([]);
  }, 1_200_000);

  it('ends so also when half of it is lost, once the night has come', async () => {
    const ends = await story(async () => {
      await at.asked.deliver({ seed: 7, drop: 0.5 });
      await applied(at);
    });
    await at.asked.deliver({ seed: 8, drop: 0.5 });
    await at.asked.lose();
    await nightPasses(at.system, 300_000);
    expect(await ends()).toEqual(KINDS.map(([, , end]) => end));
    expect(await wrongInBooks(at.system)).toEqual([]);
  }, 1_200_000);
});
