/** One row of a bank's statement. */
import { isDay } from '../../kernel/calendar.js';
import { isCurrency } from '../../kernel/currency.js';
import { type Minor, parseMoney } from '../../kernel/money.js';
import { holdsAccountNumber, masked, numbersIn } from './bank-text.js';

export const BANK_COLUMNS = ['reference', 'booked_on', 'amount', 'currency', 'text'] as const;
export type BankColumn = (typeof BANK_COLUMNS)[number];

export const REFERENCE_LENGTH = 100;
export const TEXT_LENGTH = 500;

/** Money that came in, as far as it may be kept. */
export interface BankBooking {
  readonly reference: string;
  readonly bookedOn: string;
  readonly currency: string;
  readonly minor: Minor;
  readonly text: string;
  readonly numbers: readonly string[];
}

export interface ColumnFault {
  readonly column: BankColumn;
  readonly reason: string;
}

/** @returns the booking; null for money that went out, which is none of ours to match; or what is wrong */
export function bankRow(values: Readonly<Record<BankColumn, string>>): BankBooking | ColumnFault | null {
  const { reference, booked_on: bookedOn, currency, text } = values;
  const fault = referenceFault(reference);
  if (fault !== null) return { column: 'reference', reason: fault };
  if (!isDay(bookedOn)) return { column: 'booked_on', reason: 'must be a day such as 2030-01-31' };
  if (!isCurrency(currency))
    return { column: 'currency', reason: 'must be the ISO 4217 code of a currency, such as KRW' };
  const [, sign, amount = ''] = /^([+-]?)(.*)$/s.exec(values.amount) ?? [];
  const minor = parseMoney(amount, currency);
  if (minor === null || minor === 0n) {
    return {
      column: 'amount',
      reason: `must be an amount such as 55.00, with the digits of ${currency} and no grouping`,
    };
  }
  if (sign === '-') return null;
  return { reference, bookedOn, currency, minor, text: kept(text), numbers: numbersIn(text) };
}

/** What is wrong with the bank's reference of a booking, or null. */
export function referenceFault(reference: string): string | null {
  if (reference === '' || reference.length > REFERENCE_LENGTH) return `must have 1 to ${REFERENCE_LENGTH} characters`;
  if (holdsAccountNumber(reference))
    return 'must be the booking’s, and hold no number of an account or a card: these are never kept';
  return null;
}

/** What of a text is kept. */
export function kept(text: string): string {
  return masked(text).replaceAll(/\s+/g, ' ').slice(0, TEXT_LENGTH);
}
