import fc from 'fast-check';
import { Refusal } from '../../kernel/refusal.js';
import {
  type Answer,
  type Answerable,
  answered,
  answerFault,
  type AnswerTime,
  whyNoSuchAnswer,
  whyNotAnswer,
} from './answer.js';

const dueAt = new Date('2030-02-01T00:00:00Z');
const before = new Date('2030-01-31T23:59:59.999Z');
const time: AnswerTime = { roundState: 'open', dueAt, currency: 'USD' };
const interested: Answerable = {
  state: 'made',
  commitment: 'interest',
  ceilingMonthly: null,
  setup: 0n,
  termMonths: 24,
  atMostMonthly: 4_000n,
};
const firm: Answerable = { ...interested, state: 'standing', commitment: 'firm', ceilingMonthly: 3_500n };

describe('an answer', () => {
  it('agrees to the at-most price, to a lower one, or to nothing', () => {
    expect(answered(interested, { answer: 'accept' })).toEqual({ state: 'accepted', limit: 4_000n });
    expect(answered(interested, { answer: 'accept-up-to', upTo: 3_200n })).toEqual({
      state: 'standing',
      limit: 3_200n,
    });
    expect(answered(interested, { answer: 'accept-up-to', upTo: 4_000n })).toEqual({
      state: 'accepted',
      limit: 4_000n,
    });
    expect(answered(interested, { answer: 'decline' })).toEqual({ state: 'declined', limit: null });
  });

  it('may be changed until the deadline', () => {
    expect(answered({ ...interested, state: 'declined' }, { answer: 'accept' }).state).toBe('accepted');
    expect(answered({ ...interested, state: 'accepted' }, { answer: 'decline' }).state).toBe('declined');
    expect(whyNotAnswer(interested, time, { answer: 'accept' }, before)).toBeNull();
    expect(whyNotAnswer(interested, time, { answer: 'accept' }, dueAt)?.code).toBe('offer.too-late');
    expect(whyNotAnswer(interested, { ...time, roundState: 'settled' }, { answer: 'decline' }, before)?.code).toBe(
      'offer.too-late',
    );
  });

  it('is impossible at the end of an offer', () => {
    expect(() => answered({ ...interested, state: 'settled' }, { answer: 'decline' })).toThrow(Refusal);
  });

  it('keeps a firm pledge: it may be widened, not narrowed', () => {
    expect(whyNotAnswer(firm, time, { answer: 'decline' }, before)?.message).toBe(
      "answer cannot be decline: the line was pledged firmly up to 35.00 USD a month; other members' prices count on it. " +
        'You can only go higher.',
    );
    expect(answerFault(firm, 'USD', { answer: 'accept-up-to', upTo: 3_499n })?.path).toBe('upTo');
    expect(answerFault(firm, 'USD', { answer: 'accept-up-to', upTo: 3_500n })).toBeNull();
    expect(answered(firm, { answer: 'accept' })).toEqual({ state: 'accepted', limit: 4_000n });
  });

  it('never lets a firm member agree to less than its ceiling', () => {
    const certain = { ...firm, state: 'accepted', ceilingMonthly: 5_000n } as const;
    expect(answered(certain, { answer: 'accept' })).toEqual({ state: 'accepted', limit: 5_000n });
  });

  it('leaves of a firm ceiling what the set-up leaves of it', () => {
    const setUp = { ...firm, setup: 1_000n };
    expect(answerFault(setUp, 'USD', { answer: 'accept-up-to', upTo: 3_458n })).toBeNull();
    expect(answerFault(setUp, 'USD', { answer: 'accept-up-to', upTo: 3_457n })?.reason).toBe(
      'must be at least 34.58 USD: with the set-up of 10.00 USD over 24 months, that is the 35.00 USD a month up to ' +
        'which the line was pledged firmly',
    );
    expect(answerFault(setUp, 'USD', { answer: 'decline' })?.reason).toContain(
      'the set-up spread over the term included',
    );
    const certain = { ...setUp, state: 'accepted', ceilingMonthly: 5_000n } as const;
    expect(answered(certain, { answer: 'accept' })).toEqual({ state: 'accepted', limit: 4_958n });
  });

  it('is for the monthly price alone where nothing was pledged firmly', () => {
    const setUp = { ...interested, ceilingMonthly: 4_000n, setup: 1_000n };
    expect(answered(setUp, { answer: 'accept' })).toEqual({ state: 'accepted', limit: 4_000n });
    expect(answered(setUp, { answer: 'accept-up-to', upTo: 3_990n })).toEqual({ state: 'standing', limit: 3_990n });
  });

  it('lets a member decide whose firm pledge has no ceiling', () => {
    expect(answerFault({ ...firm, ceilingMonthly: null }, 'USD', { answer: 'decline' })).toBeNull();
  });

  it('has an amount exactly when it is "up to"', () => {
    expect(whyNoSuchAnswer({ answer: 'accept-up-to' })?.faults[0]?.path).toBe('upTo');
    expect(whyNoSuchAnswer({ answer: 'accept', upTo: 1n })?.faults[0]?.path).toBe('upTo');
    expect(whyNoSuchAnswer({ answer: 'accept-up-to', upTo: 0n })).toBeNull();
    expect(whyNoSuchAnswer({ answer: 'decline' })).toBeNull();
  });

  it('leaves an offer accepted if, and only if, its limit reaches the at-most price', () => {
    const amount = fc.bigInt({ min: 0n, max: 9_000n });
    const answers: fc.Arbitrary<Answer> = fc.oneof(
      fc.constant({ answer: 'accept' as const }),
      amount.map((upTo) => ({ answer: 'accept-up-to' as const, upTo })),
    );
    fc.assert(
      fc.property(amount, fc.option(amount), amount, answers, (atMostMonthly, ceilingMonthly, setup, answer) => {
        const offer: Answerable = { ...firm, state: 'made', ceilingMonthly, setup, atMostMonthly };
        fc.pre(answerFault(offer, 'KRW', answer) === null);
        const { state, limit } = answered(offer, answer);
        expect(state).toBe((limit ?? 0n) >= atMostMonthly ? 'accepted' : 'standing');
        expect((limit ?? 0n) * 24n + setup + 24n > (ceilingMonthly ?? 0n) * 24n).toBe(true);
      }),
    );
  });
});
