/** The numbers of what an agency issues: without gaps, per kind and year. */
export type InvoiceKind = 'invoice' | 'credit-note';

const PREFIX: Readonly<Record<InvoiceKind, string>> = { invoice: 'INV', 'credit-note': 'CN' };

/** "INV-2026-000001" */
export function numberText(kind: InvoiceKind, year: number, count: number): string {
  return `${PREFIX[kind]}-${year}-${String(count).padStart(6, '0')}`;
}
