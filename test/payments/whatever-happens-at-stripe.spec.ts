/**
 * Whatever happens to money that moves through Stripe, in whatever order, however late and often it is told, and whatever fails
 * in between: every entry sums to zero, nobody pays more than agreed, and Stripe has what the ledger has.
 */
import fc from 'fast-check';
import { cases } from '../support/cases.js';
import { describeOnModel } from '../support/stripe/ways.js';
import { type AtStripe, atStripe, stopped } from './at-stripe.js';
import { revertedTwice, wrongInBooks } from './books.js';
import { nightPasses } from './night.js';
import { DEEDS, RandomMarket, type Step } from './random-market.js';

const RUNS = 3;
const STEPS = 40;

describeOnModel('whatever happens at Stripe', () => {
  let at: AtStripe;
  beforeAll(async () => {
    at = await atStripe({ automatic: false });
    Object.assign(at.asked.model.store.fees, { bp: 150, fixed: 25, dispute: 2_000 });
  });
  afterAll(() => stopped(at));

  const step: fc.Arbitrary<Step> = fc.record(
    { what: fc.constantFrom(...DEEDS), which: fc.nat({ max: 999 }), much: fc.nat({ max: 99 }) },
    { noNullPrototype: true },
  );
  const balanceOf = async (nightId: string): Promise<unknown> => {
    const rows: { balance: unknown }[] = await at.system.source.query(
      'select balance from stripe_reconciliation where id = $1',
      [nightId],
    );
    return rows[0]?.balance;
  };

  it('the books agree with one another and with Stripe', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
        const market = await RandomMarket.open(at);
        for (const each of steps) await market.take(each);
        await market.end();
        expect(await balanceOf(await nightPasses(at.system))).toMatchObject([{ differenceMinor: 0 }]);
        expect(await wrongInBooks(at.system)).toEqual([]);
        expect(await market.wrong()).toEqual([]);
        const unapplied = `select id, type, last_error from stripe_event where state in ('waiting', 'failed')`;
        expect(await at.system.source.query(unapplied)).toEqual([]);
      }),
      // A smaller example would take longer than to look at the one that was found.
      { numRuns: cases(RUNS), endOnFailure: true },
    );
  }, 600_000);

  it('reverting everything twice at once reverts it once', async () => {
    const { entries, reversed, left } = await revertedTwice(at.system);
    expect([reversed, left]).toEqual([entries, []]);
  }, 120_000);
});
