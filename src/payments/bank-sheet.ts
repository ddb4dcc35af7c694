/** Reads a bank's statement, as far as it can be judged without what was recorded before. */
import type { Readable } from 'node:stream';
import { readCsv } from '../platform/http/csv.js';
import { BANK_COLUMNS, type BankBooking, bankRow } from './rules/bank-row.js';

/** A month of the largest agency, twice. */
const MAX_ROWS = 250_000;
const MAX_BYTES = 64 * 1_048_576;

export interface BookingAtLine extends BankBooking {
  readonly line: number;
}

export interface BankSheet {
  /** SHA-256 of the file */
  readonly hash: string;
  readonly bookings: readonly BookingAtLine[];
  /** rows of money that went out, which are passed over */
  readonly outgoing: number;
}

/** @throws the refusals of readCsv */
export async function readBankSheet(file: Readable): Promise<BankSheet> {
  const bookings: BookingAtLine[] = [];
  const lineOf = new Map<string, number>();
  let outgoing = 0;
  const shape = { columns: BANK_COLUMNS, maxRows: MAX_ROWS, maxBytes: MAX_BYTES };
  const { hash } = await readCsv(file, shape, (rows, faults) => {
    for (const { line, values } of rows) {
      const row = bankRow(values);
      if (row === null) {
        outgoing += 1;
        continue;
      }
      if ('reason' in row) {
        faults.add(line, row.column, row.reason);
        continue;
      }
      const before = lineOf.get(row.reference);
      if (before !== undefined) faults.add(line, 'reference', `is that of line ${before} already`);
      lineOf.set(row.reference, line);
      bookings.push({ line, ...row });
    }
  });
  return { hash, bookings, outgoing };
}
