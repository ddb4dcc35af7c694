/** Reads a spreadsheet of lines that join a running agreement, as far as it can be judged without the agreement. */
import type { Readable } from 'node:stream';
import { readCsv } from '../platform/http/csv.js';
import type { LateSheet } from './late-joining.service.js';
import type { LateAtLine } from './rules/late-judging.js';
import { LATE_COLUMNS, LATE_OPTIONAL_COLUMNS, lateRowOf } from './rules/late-row.js';

/** The rows of a file are kept in memory until all are known to be good. */
const MAX_ROWS = 200_000;
const MAX_BYTES = 64 * 1_048_576;

/** @throws the refusals of readCsv */
export async function readLateJoins(file: Readable, currency: string): Promise<LateSheet> {
  const sheet: LateAtLine[] = [];
  const lineOf = new Map<string, number>();
  const optional = LATE_OPTIONAL_COLUMNS;
  const shape = { columns: LATE_COLUMNS, optional, maxRows: MAX_ROWS, maxBytes: MAX_BYTES, closed: true };
  const { hash } = await readCsv(file, shape, (rows, faults) => {
    for (const { line, values } of rows) {
      const row = lateRowOf(values, currency);
      if ('reason' in row) {
        faults.add(line, row.column, row.reason);
        continue;
      }
      const key = JSON.stringify([row.reference, row.tier]);
      const before = lineOf.get(key);
      if (before !== undefined) {
        faults.add(
          line,
          'business_ref',
          `is on line ${before} with this service tier already: give one row with the sum`,
        );
      }
      lineOf.set(key, line);
      sheet.push({ line, ...row });
    }
  });
  return { hash, rows: sheet };
}
