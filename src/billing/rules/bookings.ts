/** How invoices, credit notes and activations are booked. */
import type { Entry, Posting } from '../../ledger/rules/entry.js';
import type { Minor } from '../../kernel/money.js';
import type { InvoiceKind } from './numbers.js';
import type { InvoiceTotals } from './totals.js';

export interface Booked {
  readonly id: string;
  readonly kind: InvoiceKind;
  readonly memo: string;
  readonly issuerId: string;
  readonly memberId: string;
  readonly currency: string;
  readonly totals: InvoiceTotals;
}

/**
 * The member owes the total and the agency the grant; of it the providers get their parts, the platform its fee, and the
 * rest is tax. A credit note moves the same back. Nothing is booked of an invoice that comes to nothing.
 */
export function bookingsOf({ id, kind, memo, issuerId, memberId, currency, totals }: Booked): Entry[] {
  if (totals.net === 0n) return [];
  const sign = kind === 'invoice' ? 1n : -1n;
  const postings: Posting[] = [
    { organisationId: memberId, purpose: 'receivable', minor: sign * totals.total },
    { organisationId: issuerId, purpose: 'grant', minor: sign * totals.grant },
    { organisationId: issuerId, purpose: 'tax', minor: -sign * totals.tax },
  ];
  for (const { providerId, fee, payable } of totals.shares) {
    postings.push(
      { organisationId: providerId, purpose: 'payable', minor: -sign * payable },
      { organisationId: issuerId, purpose: 'fee', minor: -sign * fee },
    );
  }
  return [{ kind, reference: id, currency, memo, postings }];
}

/** What the agency owes a provider once for an agreement. */
export function activationOf(
  agreement: {
    readonly agreementId: string;
    readonly number: string;
    readonly providerId: string;
    readonly activation: Minor;
  },
  agencyId: string,
  currency: string,
): Entry[] {
  const { agreementId, number, providerId, activation } = agreement;
  if (activation === 0n) return [];
  return [
    {
      kind: 'activation',
      reference: agreementId,
      currency,
      memo: `Activation of ${number}`,
      postings: [
        { organisationId: agencyId, purpose: 'activation', minor: activation },
        { organisationId: providerId, purpose: 'payable', minor: -activation },
      ],
    },
  ];
}
