/** However Stripe tells what happened (tripled, shuffled, late, lost), everything ends in the state that it has there. */
import { idOf } from '../support/stripe/either.js';
import { REAL } from '../support/stripe/ways.js';
import { randomOf } from '../support/stripe/deliveries.js';
import type { Someone } from '../support/system.js';
import { applied, type AtStripe, atStripe, beginSetup, stopped, withMethod } from './at-stripe.js';
import { nightPasses } from './night.js';
import { cases } from '../support/cases.js';

/** Stripe lets its test mode be asked 25 times a second. */
const ORDERS = REAL ? 10 : cases(200);
/** Orders that are on their way side by side, as at Stripe. */
const AT_ONCE = REAL ? 5 : 10;

/** What is here of somebody. */
type State = unknown;

describe('webhooks in any order', () => {
  let at: AtStripe;
  beforeAll(async () => {
    at = await atStripe({ automatic: false });
  });
  afterAll(() => stopped(at));

  const methodsOf = async (member: Someone): Promise<State> => {
    const { body } = await member.get('/api/v1/payment-methods').expect(200);
    return (body as { items: { lastFour: string; state: string }[] }).items.map(({ lastFour, state }) => [
      lastFour,
      state,
    ]);
  };
  const accountOf = async (provider: Someone): Promise<State> => {
    const { body } = await provider.get('/api/v1/payout-account').expect(200);
    const { detailsSubmitted, transfersActive, payoutsEnabled } = body as Record<string, unknown>;
    return { detailsSubmitted, transfersActive, payoutsEnabled };
  };

  /** One member's and one provider's story at Stripe, and how it must end. */
  const story = async (seed: number): Promise<() => Promise<[seed: number, is: State, shouldBe: State]>> => {
    const random = randomOf(seed);
    const [member, provider] = [await at.system.someone('owner'), await at.system.someone('bidder')];
    const { stripe } = at.asked;
    // The first is taken by asking, the second is left to what Stripe tells.
    await withMethod(at, member);
    const used: { id: string }[] = await at.system.source.query(
      'select payment_method as id from member_payment_method where member_id = $1',
      [member.organisationId],
    );
    const setup = await beginSetup(member);
    if (random() < 0.3) await at.asked.confirm(setup, 'pm_card_visa_chargeDeclined').catch(() => undefined);
    const { payment_method: second } = await at.asked.confirm(setup, 'pm_card_mastercard');
    const firstEnds = random() < 0.5;
    const secondEnds = random() < 0.3;
    if (firstEnds) await stripe.paymentMethods.detach(used[0]?.id ?? '');
    if (secondEnds) await stripe.paymentMethods.detach(idOf(second));
    const opened = await provider.post('/api/v1/payout-account', { country: 'DE' }).expect(201);
    // Elsewhere a person would have to enter the details.
    const completed = random() < 0.7 && at.asked.fresh;
    if (completed) at.asked.model.completeAccount((opened.body as { account: { account: string } }).account.account);
    return async () => [
      seed,
      [await methodsOf(member), await accountOf(provider)],
      [
        [
          ['4444', secondEnds ? 'ended' : 'active'],
          ['4242', firstEnds ? 'ended' : 'replaced'],
        ],
        { detailsSubmitted: completed, transfersActive: completed, payoutsEnabled: completed },
      ],
    ];
  };

  it(`end in the same state: ${ORDERS} orders, each tripled and late`, async () => {
    const wrong: unknown[] = [];
    for (let seed = 1; seed <= ORDERS; seed += AT_ONCE) {
      const ends = await Promise.all(Array.from({ length: AT_ONCE }, (_, place) => story(seed + place)));
      await at.asked.deliver({ seed, copies: 3, late: 0.4, atOnce: 4 });
      await at.asked.deliver({ seed: seed + 1, copies: 3, late: 0.4, atOnce: 4 });
      await at.asked.deliver({ seed: seed + 2, copies: 3, atOnce: 4 });
      await applied(at);
      for (const end of ends) {
        const [which, is, shouldBe] = await end();
        if (JSON.stringify(is) !== JSON.stringify(shouldBe)) wrong.push({ seed: which, is, shouldBe });
      }
    }
    expect(wrong).toEqual([]);
    const open: unknown[] = await at.system.source.query(
      `select id, state, last_error from stripe_event where state in ('waiting', 'failed')`,
    );
    expect(open).toEqual([]);
  }, 600_000);

  it('end so also when half of them are lost, once the night has come', async () => {
    const ends = await Promise.all(Array.from({ length: AT_ONCE }, (_, place) => story(1_000 + place)));
    await at.asked.deliver({ seed: 7, drop: 0.5 });
    await at.asked.lose();
    await nightPasses(at.system, 300_000);
    for (const end of ends) {
      const [, is, shouldBe] = await end();
      expect(is).toEqual(shouldBe);
    }
  });
});
