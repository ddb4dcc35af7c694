/** An association's spreadsheet of the lines that its members want (lines.csv). */
import type { Readable } from 'node:stream';
import { readCsv } from '../platform/http/csv.js';
import { type ImportRow, type ImportScope, LINES_COLUMNS, readImportRow } from './rules/import-row.js';

/** The rows of a file are kept in memory until all are known to be good: some 400 bytes each. */
const MAX_ROWS = 200_000;
const MAX_BYTES = 67_108_864;

/**
 * Reads the file whole. @returns its rows, one per business, and its SHA-256
 * @throws Refusal of readCsv, with each faulty row's line, column and reason
 */
export async function readLines(file: Readable, scope: ImportScope): Promise<{ lines: ImportRow[]; hash: string }> {
  const lines: ImportRow[] = [];
  const lineOf = new Map<string, number>();
  const shape = { columns: LINES_COLUMNS, maxRows: MAX_ROWS, maxBytes: MAX_BYTES, closed: true };
  const { hash } = await readCsv(file, shape, (rows, faults) => {
    for (const { line, values } of rows) {
      const reference = values.business_ref;
      const before = lineOf.get(reference);
      if (before !== undefined && reference !== '') {
        faults.add(line, 'business_ref', `names ${reference} again, as line ${before} does: give one row per business`);
      }
      lineOf.set(reference, before ?? line);
      const row = readImportRow(values, scope, ({ path, reason }) => faults.add(line, path, reason));
      if (row && faults.count === 0) lines.push(row);
    }
  });
  return { lines, hash };
}
