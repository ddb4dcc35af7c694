/**
 * A credit note takes back charges of an invoice, with the tax, the grants and the fee that went with them. Each part is
 * what belongs to all that is credited by now, less what was credited before: however an invoice is credited piece by
 * piece, in the end exactly what was charged has been credited. A grant goes back with the line for which it was paid:
 * whoever is credited a line that no scheme pays for gets all of it.
 */
import { divideRounded, type Minor } from '../../kernel/money.js';
import { invalid, type Refusal } from '../../kernel/refusal.js';
import type { Grant } from './grants.js';
import type { InvoiceTotals, Share } from './totals.js';

export interface CreditableLine {
  /** its place on the invoice, from 1 */
  readonly position: number;
  readonly subscriptionId: string;
  readonly providerId: string;
  readonly minor: Minor;
  /** by earlier credit notes */
  readonly credited: Minor;
}

export interface Creditable extends Omit<InvoiceTotals, 'total' | 'grant'> {
  readonly lines: readonly CreditableLine[];
  /** in the order in which their schemes came to a line */
  readonly grants: readonly Grant[];
}

/** What a credit note comes to, and what of its grant goes back to which scheme. */
export interface CreditTotals extends InvoiceTotals {
  readonly grants: readonly Grant[];
}

export interface Wish {
  readonly line: number;
  readonly minor: Minor;
}

/** @returns why these amounts cannot be credited, or null: never more than was charged */
export function whyNotCredit(invoice: Creditable, wishes: readonly Wish[]): Refusal | null {
  const left = leftByLine(invoice);
  const faults: { path: string; reason: string }[] = [];
  const seen = new Set<number>();
  for (const [at, { line, minor }] of wishes.entries()) {
    const charged = invoice.lines.find(({ position }) => position === line);
    const fault = (member: string, reason: string) => faults.push({ path: `lines.${at}.${member}`, reason });
    if (!charged) {
      fault('line', 'is no line of the invoice');
    } else if (seen.has(line)) {
      fault('line', 'is named twice');
    } else if (charged.minor <= 0n) {
      fault('line', 'is not charged but deducted');
    } else {
      const open = left.get(charged.subscriptionId) ?? 0n;
      const ofLine = charged.minor - charged.credited;
      const most = open < ofLine ? open : ofLine;
      if (minor > most) fault('minor', `is more than was charged and not credited yet: at most ${most}`);
      left.set(charged.subscriptionId, open - minor);
    }
    seen.add(line);
  }
  if (faults.length === 0) return null;
  return invalid(
    'credit-note.invalid',
    'A credit note takes back charges of its invoice, and no more than them.',
    faults,
  );
}

/** What to take back of an invoice to come to an amount, or to all that is left of these lines: the last line first. */
export function wishesUpTo(
  invoice: Pick<Creditable, 'lines'>,
  minor: Minor,
  which: (line: CreditableLine) => boolean,
): Wish[] {
  const left = leftByLine(invoice);
  let open = minor;
  return invoice.lines
    .filter((line) => line.minor > 0n && which(line))
    .toReversed()
    .flatMap((line) => {
      const ofLine = least(line.minor - line.credited, left.get(line.subscriptionId) ?? 0n);
      const part = least(open, ofLine);
      if (part <= 0n) return [];
      open -= part;
      left.set(line.subscriptionId, (left.get(line.subscriptionId) ?? 0n) - part);
      return [{ line: line.position, minor: part }];
    });
}

/** What can still be credited of each subscription: what was deducted from it was not charged. */
function leftByLine({ lines }: Pick<Creditable, 'lines'>): Map<string, Minor> {
  const left = new Map<string, Minor>();
  for (const { subscriptionId, minor, credited } of lines) {
    left.set(subscriptionId, (left.get(subscriptionId) ?? 0n) + minor - credited);
  }
  return left;
}

/** What a credit note comes to; the amounts are positive. */
export function creditTotals(invoice: Creditable, wishes: readonly Wish[]): CreditTotals {
  const wished = new Map(wishes.map(({ line, minor }) => [line, minor]));
  const of = (lines: readonly CreditableLine[]): Credited => ({
    charged: lines.reduce((sum, { minor }) => sum + minor, 0n),
    before: lines.reduce((sum, { credited }) => sum + credited, 0n),
    now: lines.reduce((sum, { position }) => sum + (wished.get(position) ?? 0n), 0n),
  });
  const { before, now: net } = of(invoice.lines);
  const tax = portion(invoice.tax, before + net, invoice.net) - portion(invoice.tax, before, invoice.net);
  const grants = [...new Set(invoice.grants.map(({ subscriptionId }) => subscriptionId))].flatMap((id) =>
    grantsBack(
      invoice.grants.filter(({ subscriptionId }) => subscriptionId === id),
      of(invoice.lines.filter(({ subscriptionId }) => subscriptionId === id)),
    ),
  );
  const grant = grants.reduce((sum, { minor }) => sum + minor, 0n);
  const shares = invoice.shares.flatMap((share): Share[] => {
    const own = of(invoice.lines.filter(({ providerId }) => providerId === share.providerId));
    if (own.now === 0n) return [];
    const fee = portion(share.fee, own.before + own.now, share.net) - portion(share.fee, own.before, share.net);
    return [{ providerId: share.providerId, net: own.now, fee, payable: own.now - fee }];
  });
  return { net, tax, grant, total: net + tax - grant, shares, grants };
}

/** What was charged, and what of it is credited. */
interface Credited {
  readonly charged: Minor;
  readonly before: Minor;
  readonly now: Minor;
}

/** What goes back of the grants of one line: that of the scheme which came to it last goes first. */
function grantsBack(grants: readonly Grant[], { charged, before, now }: Credited): Grant[] {
  const whole = grants.reduce((sum, { minor }) => sum + minor, 0n);
  let from = portion(whole, before, charged);
  let to = portion(whole, before + now, charged);
  return grants.toReversed().flatMap((grant): Grant[] => {
    const [first, last] = [least(from, grant.minor), least(to, grant.minor)];
    from -= first;
    to -= last;
    if (last === first) return [];
    return [{ ...grant, minor: last - first, months: last === grant.minor ? -grant.months : 0 }];
  });
}

function least(a: Minor, b: Minor): Minor {
  return a < b ? a : b;
}

function portion(whole: Minor, credited: Minor, of: Minor): Minor {
  return of === 0n ? 0n : divideRounded(whole * credited, of);
}
