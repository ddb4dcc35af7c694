/** What Stripe answers when it does not do what it was asked: reduced to what may be told and kept. */
import Stripe from 'stripe';
import { Refusal, refuse } from '../kernel/refusal.js';

/** Its words for programs. Its sentences stay out: they quote what was sent. */
export interface StripeTrouble {
  readonly type: string;
  readonly code: string | null;
  readonly declineCode: string | null;
  readonly requestId: string | null;
}

/** Nothing was decided, or nobody knows whether it was: asked again under the same key, nothing is done twice. */
const PASSING: ReadonlySet<string> = new Set(['StripeConnectionError', 'StripeRateLimitError', 'StripeAPIError']);
/** The first command of this key is still being done. */
const KEY_IN_USE = 'idempotency_key_in_use';

/**
 * The key was used with other parameters: what it was used for was done or not, and this was not. An object that came of it
 * is found by our id, so that nothing is asked under its key any more. Where none came of it, such as after a failure inside
 * Stripe, the key is in the way until Stripe forgets it, after a day. Another key would be no way out where money moves: the
 * first request may still be under way.
 */
const KEY_OF_ANOTHER = 'StripeIdempotencyError';

const WORD = /^[A-Za-z0-9_.-]{1,80}$/;

/** @returns what may be told of an error of Stripe's library, or null for any other error */
export function troubleOf(error: unknown): StripeTrouble | null {
  if (!(error instanceof Stripe.errors.StripeError)) return null;
  return {
    type: word(error.type) ?? 'StripeError',
    code: word(error.code),
    declineCode: word(error.decline_code),
    requestId: word(error.requestId),
  };
}

function word(text: unknown): string | null {
  return typeof text === 'string' && WORD.test(text) ? text : null;
}

/**
 * The refusal to tell instead of an error of Stripe's library; any other error is handed back as it is.
 * @returns Refusal 'stripe.unavailable' for what may be repeated, 'stripe.refused' for what Stripe will not do
 */
export function asRefusal(error: unknown): unknown {
  const trouble = troubleOf(error);
  if (trouble === null || error instanceof Refusal) return error;
  const { type, code, declineCode, requestId } = trouble;
  const words = [type, code, declineCode, requestId].filter((each) => each !== null).join(' ');
  if (PASSING.has(type) || code === KEY_IN_USE) {
    return passing(`Stripe cannot be asked at present (${words}). Send it again in a few seconds.`, trouble);
  }
  if (type === KEY_OF_ANOTHER) {
    return passing(`Stripe still knows another request by the same key (${words}). Send it again in a day.`, trouble);
  }
  return refuse('stripe.refused', `Stripe does not do this (${words}). Look the request up at Stripe by its id.`, {
    stripe: trouble,
  });
}

function passing(why: string, stripe: StripeTrouble): Refusal {
  return refuse('stripe.unavailable', why, { kind: 'unavailable', stripe });
}

/** Is it Stripe's refusal to charge, by which a payment has failed? Its state tells why. */
export function isDecline(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeCardError;
}

/** Was it refused because Stripe does not have (any more) what it was asked about? */
export function isMissingAtStripe(error: unknown): boolean {
  return error instanceof Refusal && (error.facts['stripe'] as StripeTrouble | undefined)?.code === 'resource_missing';
}
