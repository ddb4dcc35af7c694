/** Judges a spreadsheet of lines that join a running agreement together. */
import { formatMoney } from '../../kernel/money.js';
import {
  type ClassLines,
  classesOf,
  type JoinableTerms,
  type LateCell,
  latePrice,
  linesOf,
  Room,
} from './late-joining.js';
import type { LateColumn, LateRow } from './late-row.js';

/** A row, and the line of the spreadsheet on which it stands. */
export interface LateAtLine extends LateRow {
  readonly line: number;
}

export interface LateRowFault {
  readonly line: number;
  readonly column: LateColumn;
  readonly reason: string;
}

/** A row whose member is known, with what it has at that site, of that tier, already. */
export interface KnownLateRow extends LateAtLine {
  readonly before: { readonly quantity: number } | null;
}

export interface JudgedRows<R> {
  readonly faults: readonly LateRowFault[];
  /** rows whose lines have not joined before */
  readonly joining: readonly { readonly row: R; readonly cell: LateCell }[];
  readonly lines: number;
  /** all lines of the agreement then */
  readonly linesThen: number;
}

/** Rows in regions, or of tiers, that the agreement does not serve. */
export function placeFaults(agreement: JoinableTerms, rows: readonly LateAtLine[]): LateRowFault[] {
  const classOf = classesOf(agreement);
  return rows.flatMap((row) => {
    const found = classOf(row);
    if (!('reason' in found)) return [];
    return [{ line: row.line, column: found.path === 'tier' ? 'service_tier' : 'region', reason: found.reason }];
  });
}

/** Which rows join: all of them, each within what is left and up to its price, unless there are faults. */
export function judgeLateRows<R extends KnownLateRow>(
  agreement: JoinableTerms,
  present: readonly ClassLines[],
  rows: readonly R[],
  currency: string,
): JudgedRows<R> {
  const faults: LateRowFault[] = [];
  const joining: { row: R; cell: LateCell }[] = [];
  const classOf = classesOf(agreement);
  const room = new Room(agreement, present);
  for (const row of rows) {
    const { line, quantity, before } = row;
    const cell = classOf(row);
    if ('reason' in cell) continue;
    if (before !== null) {
      if (before.quantity === quantity) continue;
      const reason = `cannot be ${quantity}: this business has, or had, ${before.quantity} here under the agreement already`;
      faults.push({ line, column: 'quantity', reason });
      continue;
    }
    const left = room.left(cell);
    if (left !== null && quantity > left) {
      const reason = `is more than the ${left} lines that the provider can serve beside those above`;
      faults.push({ line, column: 'quantity', reason });
      continue;
    }
    room.take(cell, quantity);
    joining.push({ row, cell });
  }
  const linesThen = room.lines;
  for (const { row, cell } of joining) {
    const { monthly } = latePrice(agreement, linesThen, cell);
    if (row.upTo >= monthly) continue;
    const price = formatMoney(monthly, currency);
    faults.push({
      line: row.line,
      column: 'up_to',
      reason: `must be at least ${price}, the price of ${linesThen} lines`,
    });
  }
  return { faults, joining, lines: linesThen - linesOf(present), linesThen };
}
