/** What an invoice comes to, and which part of it is whose. */
import { allocate, divideRounded, type Minor } from '../../kernel/money.js';

export const WHOLE_BP = 10_000n;

export interface Share {
  readonly providerId: string;
  readonly net: Minor;
  /** what the platform keeps of it */
  readonly fee: Minor;
  readonly payable: Minor;
}

export interface InvoiceTotals {
  readonly net: Minor;
  readonly tax: Minor;
  readonly grant: Minor;
  readonly total: Minor;
  /** by provider, in order of id */
  readonly shares: readonly Share[];
}

export interface Rates {
  readonly taxBp: number;
  readonly feeBp: number;
}

/**
 * The tax is that of the net amount, the grant pays of the whole: total = net + tax - grant. The fee comes out of the
 * provider's part and is rounded down; the member does not notice it.
 * @param grant at most the net amount
 */
export function invoiceTotals(
  charges: readonly { readonly providerId: string; readonly minor: Minor }[],
  { taxBp, feeBp }: Rates,
  grant: Minor,
): InvoiceTotals {
  const nets = new Map<string, Minor>();
  for (const { providerId, minor } of charges) nets.set(providerId, (nets.get(providerId) ?? 0n) + minor);
  const shares = [...nets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([providerId, net]): Share => {
      const fee = (net * BigInt(feeBp)) / WHOLE_BP;
      return { providerId, net, fee, payable: net - fee };
    });
  const net = shares.reduce((sum, share) => sum + share.net, 0n);
  if (shares.some((share) => share.net < 0n) || grant < 0n || grant > net) {
    throw new Error(`an invoice of ${net} with a grant of ${grant} cannot be`);
  }
  const tax = divideRounded(net * BigInt(taxBp), WHOLE_BP);
  return { net, tax, grant, total: net + tax - grant, shares };
}

/** What the lines of one agreement come to on an invoice. */
export interface AgreementPart {
  readonly agreementId: string;
  readonly netMinor: Minor;
  readonly grantMinor: Minor;
}

/** What an invoice asks for each of its agreements: the tax is shared by the net amounts, so that the parts make the total. */
export function askedByAgreement(
  tax: Minor,
  parts: readonly AgreementPart[],
): { readonly agreementId: string; readonly minor: Minor }[] {
  const taxes =
    tax === 0n
      ? []
      : allocate(
          tax,
          parts.map(({ netMinor }) => netMinor),
        );
  return parts.map(({ agreementId, netMinor, grantMinor }, at) => ({
    agreementId,
    minor: netMinor + (taxes[at] ?? 0n) - grantMinor,
  }));
}
