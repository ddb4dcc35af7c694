/** Amounts as Stripe writes them: in its smallest unit of a currency, which is not everywhere that of ISO 4217. */
import { minorDigits } from '../../kernel/currency.js';
import { invalid } from '../../kernel/refusal.js';

/** ISO gives these no decimals; Stripe takes them with two, which must be zeros. */
const WITH_TWO_ZEROS: ReadonlySet<string> = new Set(['ISK', 'UGX']);
/** ISO gives this two decimals, of which nobody makes use; Stripe takes it without any. */
const WITHOUT_DECIMALS: ReadonlySet<string> = new Set(['MGA']);
const HUNDRED = 100n;
/** Of three decimals, the last must be zero. */
const TEN = 10n;

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
