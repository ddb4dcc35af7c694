/**
 * Sets a contract as PDF. The same contract gives the same bytes in every process: the creation date is the time of
 * issue, and nothing else of the surroundings enters. Nothing is fetched and only the four font files are read.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Pdfmake from 'pdfmake';
import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { projectRoot } from '../platform/config/project.js';
import type { Clause, Contract } from './rules/model-contract.js';
import type { Table } from './rules/price-schedule.js';
import { fontRuns } from './rules/font-runs.js';

const resolve = createRequire(join(projectRoot, 'package.json')).resolve;
const roboto = join(dirname(resolve('pdfmake/package.json')), 'fonts/Roboto');
const nanum = dirname(resolve('@expo-google-fonts/nanum-gothic/package.json'));
const fonts = {
  Roboto: { normal: join(roboto, 'Roboto-Regular.ttf'), bold: join(roboto, 'Roboto-Medium.ttf') },
  NanumGothic: {
    normal: join(nanum, '400Regular/NanumGothic_400Regular.ttf'),
    bold: join(nanum, '700Bold/NanumGothic_700Bold.ttf'),
  },
};
const readable = new Set(Object.values(fonts).flatMap((font) => Object.values(font)));

/** Loaded with the first contract: a process starts without it sooner, and most never write one. */
let printer: Promise<typeof Pdfmake> | undefined;

async function loadPrinter(): Promise<typeof Pdfmake> {
  const { default: pdfmake } = await import('pdfmake');
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => readable.has(path));
  pdfmake.setFonts(fonts);
  return pdfmake;
}

const INK = '#1b1f24';
const FAINT = '#5b6570';
const RULE = '#c9d0d6';
const SHADE = '#eef3f7';
const MARK = '#dcebf7';

/**
 * @param issuedAt ISO instant: the document's creation date
 * @param contentHash of the content from which the contract was written; printed on every page
 */
export async function contractPdf(contract: Contract, issuedAt: string, contentHash: string): Promise<Buffer> {
  const definition: TDocumentDefinitions = {
    pageSize: 'A4',
    pageMargins: [62, 64, 62, 66],
    defaultStyle: { font: 'Roboto', fontSize: 9.5, lineHeight: 1.3, color: INK },
    info: {
      title: `${contract.title} ${contract.number}`,
      subject: contract.subject,
      creator: 'Pumasi',
      producer: 'Pumasi',
      creationDate: new Date(issuedAt),
    },
    header: () => ({
      columns: [{ text: runs(contract.title) }, { text: runs(contract.number), alignment: 'right' }],
      margin: [62, 32, 62, 0],
      fontSize: 8,
      color: FAINT,
    }),
    footer: (page, pages) => ({
      columns: [
        { text: `content SHA-256 ${contentHash}`, width: '*' },
        { text: `${page} / ${pages}`, alignment: 'right', width: 60 },
      ],
      margin: [62, 26, 62, 0],
      fontSize: 7,
      color: FAINT,
    }),
    content: [
      { text: runs(contract.title), fontSize: 22, bold: true, lineHeight: 1.1 },
      { text: runs(contract.subject), fontSize: 12, color: FAINT, margin: [0, 2, 0, 0] },
      { text: runs(`${contract.number} · ${contract.issue}`), color: FAINT, margin: [0, 2, 0, 16] },
      partiesOf(contract),
      ...contract.clauses.flatMap(clauseOf),
      signaturesOf(contract),
    ],
  };
  const pdfmake = await (printer ??= loadPrinter());
  return pdfmake.createPdf(definition).getBuffer();
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

/** A text in the fonts that have its letters. */
function runs(text: string): { text: string; font: string }[] {
  return fontRuns(text).map((run) => ({ text: run.text, font: run.hangul ? 'NanumGothic' : 'Roboto' }));
}
