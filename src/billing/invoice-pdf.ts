/** Sets an invoice, or a credit note, as PDF, of what never changes: the same bytes each time by the same library and fonts. */
import { type Content, FAINT, pdfOf, RULE, runs, SHADE } from '../platform/pdf/pdf.js';
import type { WholeInvoice } from './invoices.dto.js';
import { COLUMNS, lineCells, notes, NUMBERS_FROM, sums } from './rules/invoice-text.js';

/** @param creditedNumber of a credit note: the number of its invoice */
export async function invoicePdf(invoice: WholeInvoice, creditedNumber: string | null) {
  const title = invoice.kind === 'invoice' ? 'Invoice' : 'Credit note';
  const subject = `Lines in ${invoice.month}`;
  const { number, issuedAt, issuerName, memberName } = invoice;
  return pdfOf({
    title,
    number,
    subject,
    issuedAt,
    foot: `${title} ${number} of ${issuerName}`,
    content: [
      { text: runs(title), fontSize: 22, bold: true, lineHeight: 1.1 },
      { text: runs(subject), fontSize: 12, color: FAINT, margin: [0, 2, 0, 0] },
      { text: runs(number), color: FAINT, margin: [0, 2, 0, 16] },
      { columns: [party('From', issuerName), party('To', memberName)], columnGap: 24, margin: [0, 0, 0, 16] },
      linesOf(invoice),
      sumsOf(invoice),
      ...notes(invoice, creditedNumber).map((text): Content => ({ text: runs(text), margin: [0, 4, 0, 0] })),
    ],
  });
}

function party(role: string, name: string): Content {
  return {
    stack: [
      { text: role.toUpperCase(), fontSize: 7, color: FAINT, characterSpacing: 0.8 },
      { text: runs(name), fontSize: 12, bold: true, margin: [0, 2, 0, 2] },
    ],
  };
}

function linesOf({ lines, currency }: Pick<WholeInvoice, 'lines' | 'currency'>): Content {
  const alignment = (column: number) => (column >= NUMBERS_FROM ? ('right' as const) : ('left' as const));
  const row = (cells: readonly string[], bold: boolean) =>
    cells.map((text, column) => ({ text: runs(text), alignment: alignment(column), bold, fontSize: 8.5 }));
  return {
    table: {
      headerRows: 1,
      dontBreakRows: true,
      widths: COLUMNS.map((_, column) => (column === 2 ? '*' : 'auto')),
      body: [row(COLUMNS, true), ...lines.map((line) => row(lineCells(line, currency), false))],
    },
    layout: {
      hLineColor: () => RULE,
      hLineWidth: (line) => (line === 0 ? 0 : 0.35),
      vLineWidth: () => 0,
      fillColor: (at) => (at === 0 ? SHADE : null),
      paddingTop: () => 3,
      paddingBottom: () => 2,
    },
    margin: [0, 0, 0, 12],
  };
}

function sumsOf(invoice: WholeInvoice): Content {
  const rows = sums(invoice);
  return {
    table: {
      widths: ['*', 'auto'],
      body: rows.map(([what, amount], at) =>
        [what, amount].map((text) => ({ text: runs(text), alignment: 'right' as const, bold: at === rows.length - 1 })),
      ),
    },
    layout: 'noBorders',
    unbreakable: true,
    margin: [0, 0, 0, 12],
  };
}
