/**
 * What one line is charged in a run: its days that no run has billed yet, at the price of the agreement's present band.
 * A month's days are added up before they are priced, and a price is never rounded up, so that interruptions never make
 * a month dearer.
 */
import { type Day, type Month, monthOf } from '../../kernel/calendar.js';
import type { Minor } from '../../kernel/money.js';
import { type Days, daysOf, endOf, firstDay, monthLater } from './months.js';

export interface ChargedLine {
  readonly quantity: number;
  /** the price of its contract, per line and month: within the term it never rises */
  readonly contractMonthly: Minor;
  /** once, per line */
  readonly setup: Minor;
  /** the day from which on days are not billed yet; null: no run has billed the line */
  readonly billedUntil: Day | null;
}

export interface AddOn extends Days {
  readonly orderId: string;
  readonly name: string;
  readonly quantity: number;
  readonly monthly: Minor;
}

/** Days that the provider gives back for a promise it did not keep. */
export interface ServiceCredit {
  readonly creditId: string;
  readonly reason: string;
  readonly days: number;
  readonly happenedOn: Day;
  /** what an earlier run found it to be worth, and has already deducted; null: none has come to it */
  readonly earlier: { readonly worth: Minor; readonly used: Minor } | null;
}

export type ChargeKind = 'monthly' | 'set-up' | 'add-on' | 'service-credit';

export interface Charge {
  readonly kind: ChargeKind;
  readonly text: string;
  readonly quantity: number;
  /** for one of them, a whole month or once; of a service credit what it is worth altogether */
  readonly unit: Minor;
  /** the month of the days; null when it is not about days */
  readonly month: Month | null;
  readonly days: number;
  /** negative: deducted */
  readonly minor: Minor;
  readonly creditId: string | null;
}

/** Everything that is known of a line when a month is billed. */
export interface LineFacts {
  readonly line: ChargedLine;
  /** of one line a month, in the band of this run */
  readonly price: Minor;
  readonly periods: readonly Days[];
  readonly addOns: readonly AddOn[];
  readonly credits: readonly ServiceCredit[];
}

/** @returns the charges of a line in the run of a month; none when it has not worked on a day that is not billed yet */
export function chargesOf({ line, price, periods, addOns, credits }: LineFacts, month: Month): Charge[] {
  const end = endOf(month);
  const open = unbilled(periods, line.billedUntil, end);
  if (open.length === 0) return [];
  const monthly = monthlyOf(line, price);
  const charges: Charge[] = byMonth(open).map(([of, days]) => ({
    ...charge('monthly', '', line.quantity, monthly),
    month: of,
    days,
    minor: proRata(line.quantity, monthly, days, of),
  }));
  if (line.billedUntil === null && line.setup > 0n) {
    const once = charge('set-up', '', line.quantity, line.setup);
    charges.push({ ...once, minor: BigInt(line.quantity) * line.setup });
  }
  for (const own of byOrder(addOns)) {
    const [addOn] = own;
    for (const [of, days] of byMonth(open.flatMap((period) => own.flatMap((has) => common(period, has))))) {
      const part = charge('add-on', addOn.name, addOn.quantity, addOn.monthly);
      charges.push({ ...part, month: of, days, minor: proRata(addOn.quantity, addOn.monthly, days, of) });
    }
  }
  return [...charges, ...deductionsOf({ line, price, credits }, sumOf(charges), month)];
}

function monthlyOf({ contractMonthly }: ChargedLine, price: Minor): Minor {
  return price < contractMonthly ? price : contractMonthly;
}

/** The sum of charges, what is deducted from them included. */
export function sumOf(charges: readonly { readonly minor: Minor }[]): Minor {
  return charges.reduce((sum, { minor }) => sum + minor, 0n);
}

/** An order may come in several stretches; its days are added up before they are priced, too. */
function byOrder(addOns: readonly AddOn[]): [AddOn, ...AddOn[]][] {
  const orders = new Map<string, [AddOn, ...AddOn[]]>();
  for (const addOn of addOns) {
    const own = orders.get(addOn.orderId);
    if (own) own.push(addOn);
    else orders.set(addOn.orderId, [addOn]);
  }
  return [...orders.values()];
}

/**
 * What is deducted for the credits of a line, in order of their happening.
 * @param charged from which it is deducted: never more than that; null for all that is left of them
 */
export function deductionsOf(
  { line, price, credits }: Pick<LineFacts, 'line' | 'price' | 'credits'>,
  charged: Minor | null,
  month: Month,
): Charge[] {
  const end = endOf(month);
  const monthly = monthlyOf(line, price);
  const deductions: Charge[] = [];
  let left = charged;
  for (const credit of [...credits].sort(byHappening)) {
    if (credit.happenedOn >= end || left === 0n) continue;
    const worth = credit.earlier?.worth ?? worthOf(line, monthly, credit);
    const open = worth - (credit.earlier?.used ?? 0n);
    const minor = left === null || open < left ? open : left;
    if (minor <= 0n) continue;
    if (left !== null) left -= minor;
    const { creditId, days, reason, happenedOn } = credit;
    const part = charge('service-credit', reason, line.quantity, worth);
    deductions.push({ ...part, month: monthOf(happenedOn), days, minor: -minor, creditId });
  }
  return deductions;
}

/** Days of the month in which it happened; a part of a minor unit goes to the member. */
function worthOf({ quantity }: ChargedLine, monthly: Minor, { days, happenedOn }: ServiceCredit): Minor {
  const length = BigInt(daysOf(monthOf(happenedOn)));
  return (BigInt(quantity) * monthly * BigInt(days) + length - 1n) / length;
}

function byHappening(a: ServiceCredit, b: ServiceCredit): number {
  const [first, second] = [a.happenedOn + a.creditId, b.happenedOn + b.creditId];
  return first < second ? -1 : first > second ? 1 : 0;
}

function charge(kind: ChargeKind, text: string, quantity: number, unit: Minor) {
  return { kind, text, quantity, unit, month: null, days: 0, creditId: null };
}

/** So many of a month's days, never rounded up. */
export function proRata(quantity: number, monthly: Minor, days: number, month: Month): Minor {
  return (BigInt(quantity) * monthly * BigInt(days)) / BigInt(daysOf(month));
}

interface Stretch {
  readonly from: Day;
  readonly until: Day;
}

/** The days of periods that are still to be billed: in order, and none twice even where periods overlap. */
function unbilled(periods: readonly Days[], billedUntil: Day | null, end: Day): Stretch[] {
  const stretches: Stretch[] = [];
  let after = billedUntil ?? '';
  for (const period of [...periods].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const from = period.from < after ? after : period.from;
    const until = period.until === null || period.until > end ? end : period.until;
    if (from >= until) continue;
    stretches.push({ from, until });
    after = until;
  }
  return stretches;
}

function common(stretch: Stretch, { from, until }: Days): Stretch[] {
  const begin = from > stretch.from ? from : stretch.from;
  const end = until !== null && until < stretch.until ? until : stretch.until;
  return begin < end ? [{ from: begin, until: end }] : [];
}

/** How many of the days are in which month. */
function byMonth(stretches: readonly Stretch[]): [Month, number][] {
  const days = new Map<Month, number>();
  for (const { from, until } of stretches) {
    for (let month = monthOf(from); firstDay(month) < until; month = monthLater(month, 1)) {
      const first = monthOf(from) === month ? dateOf(from) : 1;
      const last = monthOf(until) === month ? dateOf(until) - 1 : daysOf(month);
      days.set(month, (days.get(month) ?? 0) + last - first + 1);
    }
  }
  return [...days];
}

function dateOf(day: Day): number {
  return Number(day.slice(8));
}
