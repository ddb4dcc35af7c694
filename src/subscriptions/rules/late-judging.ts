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

/** Lines that a member has at a site, of a tier, already. */
export interface LinesBefore {
  readonly quantity: number;
  /** told when they joined, or else of their site: the provider knows it */
  readonly address: string | null;
  /** the member has told that address itself, or pledged the site with it */
  readonly addressOfMember: boolean;
  /** this association joined with them: others' address is none of its business, and a pledged site keeps its own */
  readonly joinedByUs: boolean;
}

/** A row whose address is not taken over, for these lines have another one. */
export interface KeptAddress {
  readonly line: number;
  readonly reference: string;
  readonly reason: string;
}

/** A row whose member is known, with what it has there already. */
export interface KnownLateRow extends LateAtLine {
  readonly before: LinesBefore | null;
}

export interface JudgedRows<R> {
  readonly faults: readonly LateRowFault[];
  /** rows whose lines have not joined before */
  readonly joining: readonly { readonly row: R; readonly cell: LateCell }[];
  /** rows that tell the address of lines which have none */
  readonly addressed: readonly R[];
  /** rows that tell another address than the one that these lines have, which stays */
  readonly kept: readonly KeptAddress[];
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
  const addressed: R[] = [];
  const kept: KeptAddress[] = [];
  const classOf = classesOf(agreement);
  const room = new Room(agreement, present);
  for (const row of rows) {
    const { line, quantity } = row;
    const cell = classOf(row);
    if ('reason' in cell) continue;
    if (row.before !== null) {
      const fault = whyNotAgain(row, row.before);
      if (fault) faults.push({ line, ...fault });
      else if (tellsAddress(row, row.before)) addressed.push(row);
      else if (tellsAnother(row, row.before)) {
        kept.push({ line, reference: row.reference, reason: whyKept(row.before) });
      }
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
  return { faults, joining, addressed, kept, lines: linesThen - linesOf(present), linesThen };
}

/** May a row stand again whose lines are there already? It tells the same number of them. */
function whyNotAgain({ quantity }: LateRow, before: LinesBefore): Omit<LateRowFault, 'line'> | null {
  if (before.quantity === quantity) return null;
  const reason = `cannot be ${quantity}: this business has, or had, ${before.quantity} here under the agreement already`;
  return { column: 'quantity', reason };
}

/**
 * A file that is sent again has the addresses of when it was written; meanwhile one may have been corrected, by the member or
 * by the association itself. So a row may tell an address late, but never changes one: the file would take the correction back
 * unseen, and send the provider to where it has been called away from.
 */
function tellsAnother({ address }: LateRow, before: LinesBefore): boolean {
  return address !== null && before.joinedByUs && before.address !== null && address !== before.address;
}

function whyKept({ addressOfMember }: LinesBefore): string {
  return addressOfMember
    ? 'The address is not changed: the member has told another one itself. Ask it to tell this one when that is wrong.'
    : 'The address is not changed: another one was told since. Until the line is installed, POST /api/v1/subscriptions/ID/address corrects it.';
}

function tellsAddress({ address }: LateRow, before: LinesBefore): boolean {
  return address !== null && before.joinedByUs && before.address === null;
}
