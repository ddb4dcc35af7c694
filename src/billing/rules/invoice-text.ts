/** What stands on an invoice or a credit note, in words and columns. */
import { amountText, moneyText } from '../../contracts/rules/plain-text.js';
import type { Month } from '../../kernel/calendar.js';
import type { Minor } from '../../kernel/money.js';
import type { ChargeKind } from './charges.js';
import { daysOf } from './months.js';
import type { InvoiceKind } from './numbers.js';

export interface WrittenLine {
  readonly position: number;
  readonly subscriptionNumber: string;
  readonly kind: ChargeKind;
  readonly text: string;
  readonly quantity: number;
  readonly unitMinor: Minor;
  readonly month: Month | null;
  readonly days: number;
  readonly minor: Minor;
  readonly creditsPosition: number | null;
}

export interface WrittenInvoice {
  readonly kind: InvoiceKind;
  readonly month: Month;
  readonly currency: string;
  readonly dueOn: string;
  readonly taxBp: number;
  readonly netMinor: Minor;
  readonly taxMinor: Minor;
  readonly grantMinor: Minor;
  readonly totalMinor: Minor;
  readonly why: string | null;
}

/** Position, line, what it is, quantity, price, days, amount. */
export const COLUMNS = ['', 'Line', 'For', 'Number', 'Price', 'Days', 'Amount'] as const;
/** From which column on they are numbers. */
export const NUMBERS_FROM = 3;

const NAMES: Readonly<Record<ChargeKind, string>> = {
  monthly: 'Monthly price',
  'set-up': 'Set-up',
  'add-on': 'Add-on',
  'service-credit': 'Credit',
};

export function lineCells(line: WrittenLine, currency: string): string[] {
  const { position, subscriptionNumber, kind, text, quantity, unitMinor, month, days, minor, creditsPosition } = line;
  const what = [NAMES[kind], ...(text === '' ? [] : [text]), ...(month === null ? [] : [month])].join(', ');
  return [
    String(position),
    subscriptionNumber,
    creditsPosition === null ? what : `${what} (line ${creditsPosition} of the invoice)`,
    String(quantity),
    amountText(unitMinor, currency),
    // Of a credit the days are those that are given back, of whichever month.
    month === null || creditsPosition !== null
      ? ''
      : kind === 'service-credit'
        ? String(days)
        : `${days} of ${daysOf(month)}`,
    amountText(minor, currency),
  ];
}

/** The sums at the end: what they are, and how much. */
export function sums(invoice: WrittenInvoice): [string, string][] {
  const { kind, currency, taxBp, netMinor, taxMinor, grantMinor, totalMinor } = invoice;
  const percent = amountText(BigInt(taxBp), 'USD');
  return [
    ['Net', moneyText(netMinor, currency)],
    [`Tax ${percent} %`, moneyText(taxMinor, currency)],
    ...(grantMinor === 0n ? [] : [['Paid by the agency', moneyText(-grantMinor, currency)] satisfies [string, string]]),
    [kind === 'invoice' ? 'To pay' : 'Credited', moneyText(totalMinor, currency)],
  ];
}

/** The sentences below the sums. */
export function notes(invoice: WrittenInvoice, creditedNumber: string | null): string[] {
  if (invoice.kind === 'invoice') return [`Please pay by ${invoice.dueOn}.`];
  return [`This takes back charges of ${creditedNumber ?? 'an invoice'}.`, `Reason: ${invoice.why ?? ''}`];
}
