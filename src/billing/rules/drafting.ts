/** The invoice of one member in a run, from everything that is known of its lines. */
import type { Month } from '../../kernel/calendar.js';
import type { Minor } from '../../kernel/money.js';
import { type Charge, chargesOf, type LineFacts, sumOf } from './charges.js';
import { type Grant, type GrantScheme, grantsOf, type GrantState } from './grants.js';
import { withLeftCredits } from './left-credits.js';
import { type InvoiceTotals, invoiceTotals, type Rates } from './totals.js';

export interface BilledLine extends LineFacts {
  readonly subscriptionId: string;
  readonly number: string;
  readonly agreementId: string;
  readonly providerId: string;
  readonly pool: string;
  readonly region: string;
  readonly tier: string;
}

export interface DraftLine extends Charge {
  readonly subscriptionId: string;
  readonly number: string;
  readonly agreementId: string;
  readonly providerId: string;
}

export interface Draft {
  readonly lines: readonly DraftLine[];
  readonly totals: InvoiceTotals;
  readonly grants: readonly Grant[];
  /** lines whose days are billed now, whether or not that came to an amount */
  readonly billed: readonly string[];
}

/**
 * @param facts lines in the order of their numbers
 * @returns null when there is nothing to bill; a draft without lines when days were billed that cost nothing
 */
export function draftOf(
  facts: readonly BilledLine[],
  month: Month,
  rates: Rates,
  schemes: readonly GrantScheme[],
  state: GrantState,
): Draft | null {
  const charged = withLeftCredits(
    facts.map((line) => ({ line, charges: chargesOf(line, month) })),
    month,
  ).filter(({ charges }) => charges.length > 0);
  if (charged.length === 0) return null;
  const lines = charged.flatMap(({ line: { subscriptionId, number, agreementId, providerId }, charges }) =>
    charges
      .filter(({ minor }) => minor !== 0n)
      .map((charge): DraftLine => ({ ...charge, subscriptionId, number, agreementId, providerId })),
  );
  const grants =
    schemes.length === 0
      ? []
      : grantsOf(
          charged.map(({ line, charges }) => ({
            ...line,
            quantity: line.line.quantity,
            net: sumOf(charges),
            months: charges.flatMap(({ kind, month: of, days }) =>
              kind === 'monthly' && of !== null ? [{ month: of, days }] : [],
            ),
          })),
          schemes,
          state,
        );
  const totals = invoiceTotals(lines, rates, sumOf(grants));
  return { lines, totals, grants, billed: charged.map(({ line }) => line.subscriptionId) };
}

/** What invoices come to together. */
export interface RunTotals {
  readonly invoices: number;
  readonly monthlyMinor: Minor;
  readonly setupMinor: Minor;
  readonly addOnsMinor: Minor;
  readonly creditsMinor: Minor;
  readonly netMinor: Minor;
  readonly taxMinor: Minor;
  readonly grantMinor: Minor;
  readonly totalMinor: Minor;
  readonly feeMinor: Minor;
  readonly payableMinor: Minor;
}

export const NOTHING: RunTotals = {
  invoices: 0,
  monthlyMinor: 0n,
  setupMinor: 0n,
  addOnsMinor: 0n,
  creditsMinor: 0n,
  netMinor: 0n,
  taxMinor: 0n,
  grantMinor: 0n,
  totalMinor: 0n,
  feeMinor: 0n,
  payableMinor: 0n,
};

/** The totals with those of one more invoice. */
export function withDraft(totals: RunTotals, { lines, totals: own }: Draft): RunTotals {
  const of = (kind: Charge['kind']) => sumOf(lines.filter((line) => line.kind === kind));
  return {
    invoices: totals.invoices + 1,
    monthlyMinor: totals.monthlyMinor + of('monthly'),
    setupMinor: totals.setupMinor + of('set-up'),
    addOnsMinor: totals.addOnsMinor + of('add-on'),
    creditsMinor: totals.creditsMinor - of('service-credit'),
    netMinor: totals.netMinor + own.net,
    taxMinor: totals.taxMinor + own.tax,
    grantMinor: totals.grantMinor + own.grant,
    totalMinor: totals.totalMinor + own.total,
    feeMinor: totals.feeMinor + own.shares.reduce((sum, { fee }) => sum + fee, 0n),
    payableMinor: totals.payableMinor + own.shares.reduce((sum, { payable }) => sum + payable, 0n),
  };
}
