/** Answers to an offer: who may give which, and what they agree to. */
import { transition } from '../../kernel/lifecycle.js';
import { formatMoney, type Minor } from '../../kernel/money.js';
import { type Fault, invalid, type Refusal, refuse } from '../../kernel/refusal.js';
import { monthlyWithin } from '../../pricing/rules/all-in.js';
import { type OfferState, offerLifecycle, type RoundState } from './offer-lifecycle.js';

/**
 * `upTo` is the most the member would pay a month for each line. It is about the monthly price alone, as "accept" is:
 * the offer shows its set-up to whoever answers it.
 */
export type Answer =
  | { readonly answer: 'accept' }
  | { readonly answer: 'accept-up-to'; readonly upTo: Minor }
  | { readonly answer: 'decline' };

export const ANSWERS = ['accept', 'accept-up-to', 'decline'] as const satisfies readonly Answer['answer'][];

/** What an answer depends on. Money is per line and month, but for the set-up, which is per line and once. */
export interface Answerable {
  readonly state: OfferState;
  readonly commitment: 'firm' | 'interest';
  readonly ceilingMonthly: Minor | null;
  readonly setup: Minor;
  readonly termMonths: number;
  readonly atMostMonthly: Minor;
}

export interface AnswerTime {
  readonly roundState: RoundState;
  readonly dueAt: Date;
  readonly currency: string;
}

/** Where an offer stands: `limit` is the most its member agreed to pay a month for each line; null: to nothing. */
export interface Agreed {
  readonly state: OfferState;
  readonly limit: Minor | null;
}

/** @returns the refusal of an amount that is missing or means nothing, or null */
export function whyNoSuchAnswer(given: {
  readonly answer: Answer['answer'];
  readonly upTo?: Minor | undefined;
}): Refusal | null {
  if ((given.answer === 'accept-up-to') === (given.upTo !== undefined)) return null;
  const reason =
    given.upTo === undefined
      ? 'must be given with accept-up-to'
      : `must not be given when the answer is ${given.answer}`;
  return invalid('offer.up-to', `upTo ${reason}.`, [{ path: 'upTo', reason }]);
}

/** @returns the refusal of any answer now, or null while answers are taken */
export function whyTooLate(time: AnswerTime, now: Date): Refusal | null {
  if (time.roundState === 'open' && now < time.dueAt) return null;
  return refuse(
    'offer.too-late',
    `Answers were taken until ${time.dueAt.toISOString()}. The offer shows what became of it.`,
  );
}

/** A firm pledge is kept, and can only be widened: other members' prices count on it. Null when the answer may be given. */
export function answerFault(offer: Answerable, currency: string, answer: Answer): Fault | null {
  const { ceilingMonthly: ceiling, setup, termMonths } = offer;
  const limit = firmLimit(offer);
  if (ceiling === null || limit === null) return null;
  const money = (minor: Minor) => `${formatMoney(minor, currency)} ${currency}`;
  if (answer.answer === 'decline') {
    const all = setup > 0n ? ', the set-up spread over the term included' : '';
    return {
      path: 'answer',
      reason: `cannot be decline: the line was pledged firmly up to ${money(ceiling)} a month${all}`,
    };
  }
  if (answer.answer === 'accept-up-to' && answer.upTo < limit) {
    const why =
      setup > 0n
        ? `with the set-up of ${money(setup)} over ${termMonths} months, that is the ${money(ceiling)} a month up to which the line was pledged firmly`
        : 'up to that the line was pledged firmly';
    return { path: 'upTo', reason: `must be at least ${money(limit)}: ${why}` };
  }
  return null;
}

/** @returns the refusal of this answer now, or null when it may be given */
export function whyNotAnswer(offer: Answerable, time: AnswerTime, answer: Answer, now: Date): Refusal | null {
  const late = whyTooLate(time, now);
  if (late !== null) return late;
  const fault = answerFault(offer, time.currency, answer);
  if (fault === null) return null;
  const sentence = `${fault.path} ${fault.reason}; other members' prices count on it. You can only go higher.`;
  return invalid('offer.firm', sentence, [fault]);
}

/**
 * Where the offer stands after an answer that may be given.
 * @throws Refusal `offer.cannot-...` when the offer is at its end
 */
export function answered(offer: Answerable, answer: Answer): Agreed {
  if (answer.answer === 'decline') return { state: transition(offerLifecycle, offer.state, 'decline'), limit: null };
  const agreed = answer.answer === 'accept' ? offer.atMostMonthly : answer.upTo;
  const pledged = firmLimit(offer);
  const limit = pledged !== null && pledged > agreed ? pledged : agreed;
  const verb = limit >= offer.atMostMonthly ? 'accept' : 'stand';
  return { state: transition(offerLifecycle, offer.state, verb), limit };
}

/**
 * The monthly price that a firm pledge agreed to beforehand: its ceiling, less the share of the set-up in every month.
 * A firm pledge without a ceiling agreed to no price: its member decides, like one of interest.
 */
function firmLimit({ commitment, ceilingMonthly, setup, termMonths }: Answerable): Minor | null {
  return commitment === 'firm' && ceilingMonthly !== null ? monthlyWithin(ceilingMonthly, setup, termMonths) : null;
}
