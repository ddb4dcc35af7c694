/**
 * Sets a contract as PDF. The same contract gives the same bytes in every process: the creation date is the time of
 * issue, and nothing else of the surroundings enters.
 */
import { type Content, FAINT, MARK, pdfOf, RULE, runs, SHADE, type TableCell } from '../platform/pdf/pdf.js';
import type { Clause, Contract } from './rules/model-contract.js';
import type { Table } from './rules/price-schedule.js';

/**
 * @param issuedAt ISO instant: the document's creation date
 * @param contentHash of the content from which the contract was written; printed on every page
 */
export async function contractPdf(contract: Contract, issuedAt: string, contentHash: string): Promise<Buffer> {
  const { title, number, subject } = contract;
  return pdfOf({
    title,
    number,
    subject,
    issuedAt: new Date(issuedAt),
    foot: `content SHA-256 ${contentHash}`,
    content: [
      { text: runs(contract.title), fontSize: 22, bold: true, lineHeight: 1.1 },
      { text: runs(contract.subject), fontSize: 12, color: FAINT, margin: [0, 2, 0, 0] },
      { text: runs(`${contract.number} · ${contract.issue}`), color: FAINT, margin: [0, 2, 0, 16] },
      partiesOf(contract),
      ...contract.clauses.flatMap(clauseOf),
      signaturesOf(contract),
    ],
  });
}

function partiesOf({ parties }: Contract): Content {
  return {
    table: {
      widths: parties.map(() => '*'),
      body: [
        parties.map(({ role, name }) => ({
          stack: [
            { text: role.toUpperCase(), fontSize: 7, color: FAINT, characterSpacing: 0.8 },
            { text: runs(name), fontSize: 12, bold: true, margin: [0, 2, 0, 2] },
          ],
        })),
      ],
    },
    layout: {
      hLineColor: () => RULE,
      hLineWidth: () => 0.7,
      vLineWidth: () => 0,
      paddingLeft: (column) => (column === 0 ? 0 : 8),
      paddingTop: () => 8,
      paddingBottom: () => 8,
    },
    margin: [0, 0, 0, 6],
  };
}

function clauseOf({ heading, blocks }: Clause, index: number): Content[] {
  const [first, ...rest] = blocks.map((block): Content =>
    block.kind === 'text' ? { text: runs(block.text), margin: [0, 0, 0, 5], alignment: 'left' } : tableOf(block),
  );
  return [
    // A heading never stands alone at the foot of a page.
    {
      stack: [
        { text: runs(`${index + 1}. ${heading}`), bold: true, fontSize: 11.5, margin: [0, 11, 0, 4] },
        ...(first === undefined ? [] : [first]),
      ],
      unbreakable: true,
    },
    ...rest,
  ];
}

/** The caption is the table's first row, so that no page break parts them. */
function tableOf(table: Table): Content {
  const alignment = (column: number) => (column >= table.numbersFrom ? ('right' as const) : ('left' as const));
  const columns = table.head.length;
  const caption = { text: runs(table.caption), colSpan: columns, fontSize: 8, color: FAINT };
  const body: TableCell[][] = [
    [caption, ...table.head.slice(1).map(() => ({}))],
    table.head.map((text, column) => ({ text: runs(text), bold: true, alignment: alignment(column), fontSize: 8 })),
    ...table.rows.map((row, index) =>
      row.map((text, column) => ({
        text: runs(text),
        alignment: alignment(column),
        fontSize: 8.5,
        bold: index === table.marked,
      })),
    ),
  ];
  return {
    table: {
      headerRows: 2,
      keepWithHeaderRows: 1,
      dontBreakRows: true,
      widths: table.head.map((_, column) => (column === 0 || column < table.numbersFrom - 1 ? '*' : 'auto')),
      body,
    },
    layout: {
      hLineColor: () => RULE,
      hLineWidth: (line) => (line === 0 ? 0 : line <= 2 || line === body.length ? 0.7 : 0.35),
      vLineWidth: () => 0,
      fillColor: (row) => (row === 1 ? SHADE : row - 2 === table.marked ? MARK : null),
      paddingLeft: (column) => (column === 0 ? 4 : 9),
      paddingTop: () => 3,
      paddingBottom: () => 2,
    },
    margin: [0, 1, 0, 9],
  };
}

function signaturesOf({ parties }: Contract): Content {
  return {
    stack: [
      {
        columns: parties.map(({ role, name }) => ({
          stack: [
            { canvas: [{ type: 'line', x1: 0, y1: 0, x2: 220, y2: 0, lineWidth: 0.7, lineColor: RULE }] },
            { text: runs(`For ${role}`), fontSize: 8, color: FAINT, margin: [0, 4, 0, 0] },
            { text: runs(name), bold: true },
          ],
        })),
        columnGap: 24,
      },
      {
        text: 'Signed electronically: person, time, network address and content hash of each signature stand in the register.',
        fontSize: 8,
        color: FAINT,
        margin: [0, 10, 0, 0],
      },
    ],
    unbreakable: true,
    margin: [0, 40, 0, 0],
  };
}
