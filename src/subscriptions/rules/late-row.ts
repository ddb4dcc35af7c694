/** Reads one row of an association's spreadsheet of lines that join a running agreement. */
import { type Minor, parseMoney } from '../../kernel/money.js';

export const LATE_COLUMNS = ['business_ref', 'business_name', 'region', 'service_tier', 'quantity', 'up_to'] as const;

/** A header may leave these out. */
export const LATE_OPTIONAL_COLUMNS = ['address'] as const;

export type LateColumn = (typeof LATE_COLUMNS)[number] | (typeof LATE_OPTIONAL_COLUMNS)[number];

/** The lines of one business at one site of a service tier. */
export interface LateRow {
  readonly reference: string;
  readonly name: string;
  readonly region: string;
  readonly tier: string;
  readonly quantity: number;
  /** the most to pay a month for each line, beside the set-up */
  readonly upTo: Minor;
  /** postal, for the provider to come to; null when the row does not tell it */
  readonly address: string | null;
}

/** Which column is wrong, and how: completes the sentence "<column> ...". */
export interface LateFault {
  readonly column: LateColumn;
  readonly reason: string;
}

/** As many as a pledge may have of a line. */
export const MAX_LATE_QUANTITY = 1_000;
const REFERENCE_CHARACTERS = 60;
const NAME_CHARACTERS = 200;
/** As many as the address of a pledged site may have. */
const ADDRESS_CHARACTERS = 300;
// A text that cannot be seen in a list of rows is a mistake of the spreadsheet.
const CONTROL = /\p{Cc}/u;

/** What a row wants, or what is wrong with it. Whether there are such regions and tiers is told by the agreement. */
export function lateRowOf(values: Readonly<Record<LateColumn, string>>, currency: string): LateRow | LateFault {
  const { business_ref: reference, business_name: name, region, service_tier: tier } = values;
  const text = (column: LateColumn, most: number): LateFault | null => {
    const value = values[column];
    if (value !== '' && value.length <= most && !CONTROL.test(value)) return null;
    return { column, reason: `must have 1 to ${most} characters that can be seen` };
  };
  const fault =
    text('business_ref', REFERENCE_CHARACTERS) ??
    text('business_name', NAME_CHARACTERS) ??
    (values.address === '' ? null : text('address', ADDRESS_CHARACTERS));
  if (fault) return fault;
  const quantity = /^\d{1,5}$/.test(values.quantity) ? Number(values.quantity) : 0;
  if (quantity < 1 || quantity > MAX_LATE_QUANTITY) {
    return { column: 'quantity', reason: `must be a whole number from 1 to ${MAX_LATE_QUANTITY}` };
  }
  const upTo = parseMoney(values.up_to, currency);
  if (upTo === null) {
    return { column: 'up_to', reason: `must be the most to pay a month for each line, in ${currency}, such as 55` };
  }
  return { reference, name, region, tier, quantity, upTo, address: values.address === '' ? null : values.address };
}
