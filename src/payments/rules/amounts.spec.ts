import fc from 'fast-check';
import { lifecycleFaults, nextState, statesOf } from '../../kernel/lifecycle.js';
import { type Amounts, openOf, stateAfter, writtenOff } from './amounts.js';
import {
  collectionLifecycle,
  type CollectionState,
  depositLifecycle,
  payoutLifecycle,
  refundLifecycle,
  reversalLifecycle,
} from './lifecycles.js';

/** The states that some verb leads to from this one. */
function reachable(state: CollectionState): CollectionState[] {
  const verbs = ['settle', 'credit', 'refund', 'dispute', 'await', 'reopen'] as const;
  return verbs.flatMap((verb) => nextState(collectionLifecycle, state, verb) ?? []);
}

describe('lifecycles', () => {
  it('have no state that nothing leads to', () => {
    // A collection begins in one of three states, by how it is collected.
    const begun = new Set(['collecting', 'failed', 'processing']);
    expect(lifecycleFaults(collectionLifecycle).filter((fault) => ![...begun].some((s) => fault.endsWith(s)))).toEqual(
      [],
    );
    expect(lifecycleFaults(depositLifecycle)).toEqual([]);
    expect(lifecycleFaults(refundLifecycle)).toEqual([]);
    expect(lifecycleFaults(payoutLifecycle)).toEqual([]);
    expect(lifecycleFaults(reversalLifecycle)).toEqual([]);
  });
});

describe('the state of a collection after money has moved', () => {
  type Step = { of: 'paid' | 'returned' | 'credited'; minor: bigint; disputed: boolean; inTime: boolean };
  const step: fc.Arbitrary<Step> = fc.record({
    of: fc.constantFrom('paid', 'returned', 'credited'),
    minor: fc.bigInt(1n, 120n),
    disputed: fc.boolean(),
    inTime: fc.boolean(),
  });
  const begin = fc.constantFrom<CollectionState[]>(
    'due',
    'collecting',
    'processing',
    'failed',
    'overdue',
    'suspension-proposed',
    'written-off',
  );

  it('is one that its lifecycle allows, and says whether something is open', () => {
    fc.assert(
      fc.property(begin, fc.array(step, { maxLength: 12 }), (state, steps) => {
        let amounts: Amounts = {
          state,
          totalMinor: 100n,
          creditedMinor: 0n,
          paidMinor: 0n,
          returnedMinor: 0n,
          writtenOffMinor: 0n,
        };
        amounts = { ...amounts, writtenOffMinor: writtenOff(amounts) };
        for (const { of, minor, ...reopened } of steps) {
          const kept = amounts.paidMinor - amounts.returnedMinor;
          const uncredited = amounts.totalMinor - amounts.creditedMinor;
          const most = of === 'paid' ? minor : of === 'returned' ? kept : uncredited;
          const part = minor < most ? minor : most;
          const next = { ...amounts, [`${of}Minor`]: amounts[`${of}Minor`] + part };
          const after = stateAfter(next, reopened);
          if (after !== amounts.state)
            expect([amounts.state, reachable(amounts.state)]).toEqual([amounts.state, expect.arrayContaining([after])]);
          amounts = { ...next, state: after, writtenOffMinor: writtenOff({ ...next, state: after }) };
          const open = openOf(amounts);
          expect(['paid', 'refunded', 'credited', 'written-off'].includes(after)).toBe(open <= 0n);
          if (after === 'written-off') expect([open, amounts.writtenOffMinor > 0n]).toEqual([0n, true]);
        }
      }),
    );
  });

  it('closes what is paid, credited or refunded, and opens it again when the money goes', () => {
    const late = { disputed: false, inTime: false };
    const whole = { totalMinor: 100n, creditedMinor: 0n, paidMinor: 100n, returnedMinor: 0n, writtenOffMinor: 0n };
    expect(stateAfter({ ...whole, state: 'overdue' }, late)).toBe('paid');
    expect(stateAfter({ ...whole, state: 'due', paidMinor: 60n }, late)).toBe('due');
    expect(stateAfter({ ...whole, state: 'due', paidMinor: 0n, creditedMinor: 100n }, late)).toBe('credited');
    expect(stateAfter({ ...whole, state: 'paid', creditedMinor: 100n, returnedMinor: 100n }, late)).toBe('refunded');
    const gone = { ...whole, returnedMinor: 100n };
    expect(stateAfter({ ...gone, state: 'paid' }, { disputed: true, inTime: true })).toBe('disputed');
    expect(stateAfter({ ...gone, state: 'disputed' }, late)).toBe('overdue');
    // Before anybody is reminded of it, it is due like any other; what is overdue already stays so.
    expect(stateAfter({ ...gone, state: 'disputed' }, { ...late, inTime: true })).toBe('due');
    expect(stateAfter({ ...gone, state: 'overdue' }, { ...late, inTime: true })).toBe('overdue');
    expect(statesOf(collectionLifecycle)).toHaveLength(11);
  });
});
