/**
 * Sets documents as PDF. The same document gives the same bytes in every process, for its creation date is given and
 * nothing else of the surroundings enters. Nothing is fetched and only the four font files are read.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Pdfmake from 'pdfmake';
import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { projectRoot } from '../config/project.js';
import { fontRuns } from './font-runs.js';

export type { Content, TableCell };

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

export const INK = '#1b1f24';
export const FAINT = '#5b6570';
export const RULE = '#c9d0d6';
export const SHADE = '#eef3f7';
export const MARK = '#dcebf7';

/** Loaded with the first document: a process starts without it sooner, and most never write one. */
let printer: Promise<typeof Pdfmake> | undefined;

async function loadPrinter(): Promise<typeof Pdfmake> {
  const { default: pdfmake } = await import('pdfmake');
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => readable.has(path));
  pdfmake.setFonts(fonts);
  return pdfmake;
}

export interface Document {
  readonly title: string;
  readonly number: string;
  readonly subject: string;
  /** the document's creation date */
  readonly issuedAt: Date;
  /** at the foot of every page */
  readonly foot: string;
  readonly content: Content[];
}

export async function pdfOf({ title, number, subject, issuedAt, foot, content }: Document): Promise<Buffer> {
  const definition: TDocumentDefinitions = {
    pageSize: 'A4',
    pageMargins: [62, 64, 62, 66],
    defaultStyle: { font: 'Roboto', fontSize: 9.5, lineHeight: 1.3, color: INK },
    info: { title: `${title} ${number}`, subject, creator: 'Pumasi', producer: 'Pumasi', creationDate: issuedAt },
    header: () => ({
      columns: [{ text: runs(title) }, { text: runs(number), alignment: 'right' }],
      margin: [62, 32, 62, 0],
      fontSize: 8,
      color: FAINT,
    }),
    footer: (page, pages) => ({
      columns: [
        { text: runs(foot), width: '*' },
        { text: `${page} / ${pages}`, alignment: 'right', width: 60 },
      ],
      margin: [62, 26, 62, 0],
      fontSize: 7,
      color: FAINT,
    }),
    content,
  };
  const pdfmake = await (printer ??= loadPrinter());
  return pdfmake.createPdf(definition).getBuffer();
}

/** A text in the fonts that have its letters. */
export function runs(text: string): { text: string; font: string }[] {
  return fontRuns(text).map((run) => ({ text: run.text, font: run.hangul ? 'NanumGothic' : 'Roboto' }));
}
