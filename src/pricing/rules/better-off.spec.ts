import fc from 'fast-check';
import type { Minor } from '../../kernel/money.js';
import { betterOff, type OfferFacts } from './better-off.js';

const offer: OfferFacts = {
  quantity: 2,
  termMonths: 36,
  currency: 'USD',
  presentMonthly: 8000n,
  exitFee: 10000n,
  atMostMonthly: 5500n,
  expectedMonthly: 5000n,
  setup: 3000n,
  openMarketMonthly: 7000n,
};

describe('better-off test', () => {
  it('adds up all lines over the term, one-off costs deducted', () => {
    expect(betterOff(offer)).toEqual({
      verdict: 'better-off',
      presentMonthly: 16000n,
      atMostMonthly: 11000n,
      expectedMonthly: 10000n,
      openMarketMonthly: 14000n,
      oneOff: 16000n,
      savingAtMost: 164000n,
      savingExpected: 200000n,
      savingOnOpenMarket: 102000n,
      savesUpToMonthly: 7777n,
      sentence:
        'You are better off with this offer: over 36 months you save at least 1640.00 USD, 2000.00 USD if everybody ' +
        'accepts; you pay 160.00 USD a month now, and with this offer 110.00 USD a month at most, 100.00 USD if ' +
        'everybody accepts, plus once 60.00 USD for set-up and 100.00 USD to leave your present contract. ' +
        'On the open market it would cost 140.00 USD a month, 1020.00 USD more over 36 months.',
    });
  });

  it('says plainly when staying is better', () => {
    const stay = betterOff({ ...offer, presentMonthly: 5000n, openMarketMonthly: null });
    expect(stay.verdict).toBe('stay');
    expect(stay.sentence).toMatch(
      /^You are better off staying where you are: over 36 months this offer costs you 160\.00 USD more/,
    );
    const even = { ...offer, presentMonthly: 5500n, expectedMonthly: 5500n, setup: 0n, exitFee: null };
    expect(betterOff(even).verdict).toBe('stay');
    expect(betterOff(even).sentence).toContain('this offer saves you nothing');
  });

  it('says what it depends on, and up to which price it is safe to accept', () => {
    const open = betterOff({ ...offer, presentMonthly: 5500n });
    expect(open.verdict).toBe('unknown');
    expect([open.savingAtMost, open.savingExpected, open.savesUpToMonthly]).toEqual([-16000n, 20000n, 5277n]);
    expect(open.sentence).toContain('accept up to 52.77 USD a month per line');
  });

  it('compares nothing with a bill it does not know', () => {
    const blind = betterOff({ ...offer, quantity: 1, presentMonthly: null, currency: 'KRW' });
    expect([blind.verdict, blind.savingAtMost, blind.savesUpToMonthly]).toEqual(['unknown', null, null]);
    expect(blind.sentence).toContain('We do not know your present bill');
    expect(blind.sentence).toContain('your line would cost 5500 KRW a month at most');
  });

  it('names one price when at most and expected are the same', () => {
    const fixed = betterOff({ ...offer, atMostMonthly: 5000n });
    expect(fixed.sentence).toContain('you save at least 2000.00 USD; you pay');
    expect(fixed.sentence).not.toContain('everybody');
  });

  it('admits an open market that is cheaper', () => {
    expect(betterOff({ ...offer, openMarketMonthly: 5000n }).sentence).toContain(
      'On the open market it would cost 100.00 USD a month, 420.00 USD less over 36 months.',
    );
  });

  it('judges consistently: a lower price never turns an offer for the worse, and the safe price is exact', () => {
    const amount = fc.bigInt(0n, 300n);
    const offers = fc.record({
      quantity: fc.integer({ min: 1, max: 3 }),
      termMonths: fc.integer({ min: 1, max: 4 }),
      currency: fc.constant('KRW'),
      presentMonthly: amount,
      exitFee: fc.option(amount, { nil: null }),
      atMostMonthly: amount,
      expectedMonthly: fc.constant(0n),
      setup: amount,
      openMarketMonthly: fc.option(amount, { nil: null }),
    });
    const verdictAt = (o: OfferFacts, monthly: Minor) =>
      betterOff({ ...o, atMostMonthly: monthly, expectedMonthly: monthly }).verdict;
    fc.assert(
      fc.property(offers, (o) => {
        const { verdict, savesUpToMonthly, savingAtMost, savingExpected } = betterOff(o);
        expect(savingExpected ?? 0n).toBeGreaterThanOrEqual(savingAtMost ?? 0n);
        expect(verdict === 'better-off').toBe((savingAtMost ?? 0n) > 0n);
        expect(verdict === 'stay').toBe((savingExpected ?? 0n) <= 0n);
        if (savesUpToMonthly === null) {
          expect(verdictAt(o, 0n)).toBe('stay');
        } else {
          expect(verdictAt(o, savesUpToMonthly)).toBe('better-off');
          expect(verdictAt(o, savesUpToMonthly + 1n)).toBe('stay');
        }
      }),
    );
  });
});
