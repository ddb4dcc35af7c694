/**
 * Whether a tariff improves the one before of the same provider: nowhere dearer, at no volume, and cheaper by the
 * tender's minimum step. So nobody can win by giving with one hand and taking with the other, and no allocation that was
 * possible becomes impossible or dearer. (A tender that limits a provider's part of the cost is the exception: what one
 * gives in, makes the parts of the others larger.)
 */
import type { Minor } from '../../kernel/money.js';
import { type Refusal, refuse } from '../../kernel/refusal.js';
import type { Tariff } from '../../pricing/rules/tariff.js';
import { evaluatedCost, type Reference } from './evaluated-cost.js';
import { dearerPlaces, dearerWords, faultOf, lessOffered } from './not-worse.js';

const BASIS = 10_000n;

/** The least by which a tariff of this evaluated cost is improved: never nothing. */
export function leastStep(evaluatedMinor: Minor, minimumStepBp: number): Minor {
  const step = (evaluatedMinor * BigInt(minimumStepBp) + BASIS - 1n) / BASIS;
  return step > 1n ? step : 1n;
}

/**
 * Why a tariff is no improvement of the last one. What it covers beyond the last one is welcome and does not count: the
 * evaluated costs that are compared are those of the cells of the last one.
 * @param next a tariff without faults in its tender
 * @param minimumStepBp basis points of the evaluated cost of the last one
 */
export function whyNotImprove(last: Tariff, next: Tariff, reference: Reference, minimumStepBp: number): Refusal | null {
  const less = lessOffered(last, next);
  if (less.length > 0) {
    const sentence = `An improved tariff offers at least what the present one does. ${less[0]?.reason ?? ''}`;
    return refuse('bid.offers-less', sentence, { kind: 'invalid', faults: less });
  }
  const [dearer, ...others] = dearerPlaces(last, next, reference.termMonths);
  if (dearer !== undefined) {
    const more = others.length === 0 ? '' : ` So it is for ${others.length} other places.`;
    return refuse(
      'bid.dearer-somewhere',
      `An improved tariff is nowhere dearer than the present one. ${dearerWords(dearer)}${more}`,
      { kind: 'invalid', faults: [dearer, ...others].map(faultOf), ...dearer },
    );
  }
  const before = evaluatedCost(last, reference);
  if (before === 0n) return nothingToLower();
  const after = evaluatedCost(next, reference, last);
  const atMost = before - leastStep(before, minimumStepBp);
  if (after <= atMost) return null;
  const amounts = { before, after, atMost, minimumStepBp };
  if (isSame(last, next, reference.termMonths)) {
    const sentence = `This tariff says the same as your present one. Lower its evaluated cost from ${before} to ${atMost} at most.`;
    return refuse('bid.unchanged', sentence, amounts);
  }
  const sentence =
    `An improvement lowers your evaluated cost by ${minimumStepBp / 100} % at least: from ${before} to ${atMost} minor ` +
    `units or less, over the term. By this tariff it is ${after}; lower its prices by another ${after - atMost}.`;
  return refuse('bid.step-too-small', sentence, amounts);
}

/** An evaluated cost of zero cannot be lowered, whatever is offered. */
export function nothingToLower(): Refusal {
  return refuse(
    'bid.nothing-to-lower',
    'Your tariff prices none of the lines that providers are shown, so its evaluated cost is 0 and cannot be lowered. It ' +
      'takes part as it is, and there is nothing to do.',
  );
}

/** @param next is nowhere dearer than the last one, and offers as much */
function isSame(last: Tariff, next: Tariff, termMonths: number): boolean {
  return lessOffered(next, last).length === 0 && dearerPlaces(next, last, termMonths).length === 0;
}
