/** Where the amounts of a collection leave it. */
import type { Minor } from '../../kernel/money.js';
import type { CollectionState } from './lifecycles.js';

export interface Amounts {
  readonly state: CollectionState;
  readonly totalMinor: Minor;
  readonly creditedMinor: Minor;
  readonly paidMinor: Minor;
  readonly returnedMinor: Minor;
  /** given up: all that is not paid of a collection that is written off, and nothing of any other */
  readonly writtenOffMinor: Minor;
}

/** What is still to be paid; below zero it is owed to the member. */
export function openOf(amounts: Omit<Amounts, 'state'>): Minor {
  return unpaidOf(amounts) - amounts.writtenOffMinor;
}

/** What is not paid, whether somebody still asks for it or it is written off. */
function unpaidOf(amounts: Omit<Amounts, 'state' | 'writtenOffMinor'>): Minor {
  return amounts.totalMinor - amounts.creditedMinor - amounts.paidMinor + amounts.returnedMinor;
}

/** What is written off of a collection in this state. */
export function writtenOff(amounts: Omit<Amounts, 'writtenOffMinor'>): Minor {
  return amounts.state === 'written-off' ? unpaidOf(amounts) : 0n;
}

const CLOSED: ReadonlySet<CollectionState> = new Set(['paid', 'refunded', 'credited']);

/** What else decides on the state of a collection that is open again. */
export interface Reopened {
  /** the payer's bank contests a payment of it, and that is not decided yet */
  readonly disputed: boolean;
  /** a transfer may still come in time: nobody is reminded of it yet */
  readonly inTime: boolean;
}

/**
 * The state after money has moved. Nothing open closes it, and says by what; something open again opens it; all else
 * stays as it is.
 */
export function stateAfter(amounts: Amounts, { disputed, inTime }: Reopened): CollectionState {
  const { state, totalMinor, paidMinor, returnedMinor } = amounts;
  const wasClosed = CLOSED.has(state) || state === 'disputed';
  if (unpaidOf(amounts) > 0n) {
    if (!wasClosed) return state;
    return disputed ? 'disputed' : inTime ? 'due' : 'overdue';
  }
  if (paidMinor > returnedMinor || totalMinor === 0n) return 'paid';
  return wasClosed && paidMinor > 0n ? 'refunded' : 'credited';
}
