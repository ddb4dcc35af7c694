/**
 * What the agency pays of members' lines. A scheme says who (regions, tiers, pools, or whoever has a voucher), how much
 * per line and month, for how many months of a line, and until its budget is used up. Schemes come in the order in which
 * they were made, lines in that of their numbers: whoever comes to a scheme last gets what is left of it.
 */
import type { Month } from '../../kernel/calendar.js';
import type { Minor } from '../../kernel/money.js';
import { proRata } from './charges.js';

export interface GrantScheme {
  readonly id: string;
  /** with all that are below those that it names; null: wherever, whatever */
  readonly regions: ReadonlySet<string> | null;
  readonly tiers: readonly string[] | null;
  readonly pools: readonly string[] | null;
  /** only for as many lines as the member has vouchers for */
  readonly byVoucher: boolean;
  readonly perLine: Minor;
  /** of each line */
  readonly months: number;
  readonly fromMonth: Month;
}

export interface GrantableLine {
  readonly subscriptionId: string;
  readonly region: string;
  readonly tier: string;
  readonly pool: string;
  readonly quantity: number;
  /** what it is charged, less what is credited */
  readonly net: Minor;
  /** the charged days by month, in order */
  readonly months: readonly { readonly month: Month; readonly days: number }[];
}

export interface Grant {
  readonly schemeId: string;
  readonly subscriptionId: string;
  readonly months: number;
  /** for how many of the subscription's lines */
  readonly lines: number;
  readonly minor: Minor;
}

/** What a scheme has paid for a line before. */
export interface Taken {
  readonly months: number;
  /** for how many of the subscription's lines; 0: it has paid nothing */
  readonly lines: number;
}

/** What is left of schemes when a member's turn comes. */
export interface GrantState {
  /** of the budgets, by scheme */
  readonly budgets: ReadonlyMap<string, Minor>;
  /** lines for which the member has vouchers that have paid for none yet, by scheme */
  readonly vouchers: ReadonlyMap<string, number>;
  taken(schemeId: string, subscriptionId: string): Taken;
}

/**
 * Grants of one member's lines. Those of a line never exceed what it is charged. A voucher stays with the lines that it
 * first paid for: when their months are over, it does not go on to others.
 */
export function grantsOf(lines: readonly GrantableLine[], schemes: readonly GrantScheme[], state: GrantState): Grant[] {
  const nets = new Map(lines.map((line) => [line.subscriptionId, line.net]));
  const grants: Grant[] = [];
  for (const scheme of schemes) {
    let budget = state.budgets.get(scheme.id) ?? 0n;
    let vouchers = scheme.byVoucher ? (state.vouchers.get(scheme.id) ?? 0) : Infinity;
    for (const line of lines) {
      const taken = state.taken(scheme.id, line.subscriptionId);
      const held = scheme.byVoucher ? taken.lines : 0;
      const quantity = held > 0 ? held : Math.min(line.quantity, vouchers);
      if (quantity === 0 || budget === 0n || !covers(scheme, line)) continue;
      const left = scheme.months - taken.months;
      const months = line.months.filter(({ month }) => month >= scheme.fromMonth).slice(0, Math.max(left, 0));
      const whole = months.reduce((sum, each) => sum + proRata(quantity, scheme.perLine, each.days, each.month), 0n);
      const minor = least(whole, budget, nets.get(line.subscriptionId) ?? 0n);
      if (minor === 0n) continue;
      const { subscriptionId } = line;
      grants.push({ schemeId: scheme.id, subscriptionId, months: months.length, lines: quantity, minor });
      nets.set(line.subscriptionId, (nets.get(line.subscriptionId) ?? 0n) - minor);
      budget -= minor;
      if (held === 0) vouchers -= quantity;
    }
  }
  return grants;
}

function covers(scheme: GrantScheme, line: GrantableLine): boolean {
  const within = (codes: readonly string[] | null, code: string) => codes === null || codes.includes(code);
  return (
    (scheme.regions?.has(line.region) ?? true) && within(scheme.tiers, line.tier) && within(scheme.pools, line.pool)
  );
}

function least(...amounts: readonly Minor[]): Minor {
  return amounts.reduce((a, b) => (b < a ? b : a));
}
