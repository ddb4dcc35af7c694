/** Amounts as Stripe writes them: in its smallest unit of a currency, which is not everywhere that of ISO 4217. */
import { minorDigits } from '../../kernel/currency.js';
import { invalid, Refusal } from '../../kernel/refusal.js';

/** ISO gives these no decimals; Stripe takes them with two, which must be zeros. */
const WITH_TWO_ZEROS: ReadonlySet<string> = new Set(['ISK', 'UGX']);
/** ISO gives this two decimals, of which nobody makes use; Stripe takes it without any. */
const WITHOUT_DECIMALS: ReadonlySet<string> = new Set(['MGA']);
const HUNDRED = 100n;
/** Of three decimals, the last must be zero. */
const TEN = 10n;

/**
 * The least that Stripe charges, in its unit, where its documentation says so. An invoice of less it calls paid, and adds
 * the amount to the customer's next one.
 */
const LEAST: Readonly<Record<string, number>> = {
  AED: 200,
  AUD: 50,
  BRL: 50,
  CAD: 50,
  CHF: 50,
  CZK: 1_500,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  HUF: 17_500,
  INR: 50,
  JPY: 50,
  MXN: 1_000,
  MYR: 200,
  NOK: 300,
  NZD: 50,
  PLN: 200,
  RON: 200,
  SEK: 300,
  SGD: 50,
  THB: 1_000,
  USD: 50,
};

/**
 * Minor units as the number by which Stripe is asked to charge them.
 * @throws Refusal 'stripe.amount' when Stripe cannot take the amount, or does not charge so little
 */
export function toCharge(minor: bigint, currency: string): number {
  const amount = toStripe(minor, currency);
  if (amount < (LEAST[currency] ?? 1)) {
    const reason = `Stripe does not charge as little as ${minor} minor units of ${currency}; collect it by bank transfer`;
    throw invalid('stripe.amount', `${reason}.`, [{ path: 'minor', reason }]);
  }
  return amount;
}

/** Does Stripe charge this amount? */
export function isChargeable(minor: bigint, currency: string): boolean {
  try {
    return toCharge(minor, currency) > 0;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/**
 * Minor units as the number that goes to Stripe.
 * @throws Refusal 'stripe.amount' when Stripe cannot take the amount
 */
export function toStripe(minor: bigint, currency: string): number {
  const amount = WITH_TWO_ZEROS.has(currency) ? minor * HUNDRED : minor;
  if (WITHOUT_DECIMALS.has(currency)) return whole(amount, HUNDRED, currency) / Number(HUNDRED);
  return whole(amount, minorDigits(currency) === 3 ? TEN : 1n, currency);
}

/** The number that Stripe told, in minor units. */
export function fromStripe(amount: number, currency: string): bigint {
  if (!Number.isSafeInteger(amount)) throw new Error(`Stripe told the amount ${amount}`);
  if (WITHOUT_DECIMALS.has(currency)) return BigInt(amount) * HUNDRED;
  return WITH_TWO_ZEROS.has(currency) ? BigInt(amount) / HUNDRED : BigInt(amount);
}

function whole(amount: bigint, step: bigint, currency: string): number {
  if (amount % step !== 0n || amount > BigInt(Number.MAX_SAFE_INTEGER)) {
    const reason = `Stripe takes ${currency} in steps of ${step} minor units only; collect this amount by bank transfer`;
    throw invalid('stripe.amount', `${reason}.`, [{ path: 'minor', reason }]);
  }
  return Number(amount);
}
