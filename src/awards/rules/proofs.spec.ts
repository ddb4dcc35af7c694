import type { Refusal } from '../../kernel/refusal.js';
import { statesOf } from '../../kernel/lifecycle.js';
import { awardLifecycle } from './lifecycle.js';
import { type Provable, whyNotProve } from './proofs.js';

const provable: Provable = { state: 'drafted', solverStatus: 'optimal', board: 'complete' };

function code(refusal: Refusal | null): string | null {
  return refusal && refusal.code;
}

describe('gaps are proved', () => {
  test('as long as the award can be changed, recommended or not', () => {
    const open = statesOf(awardLifecycle).filter((state) => whyNotProve({ ...provable, state }) === null);
    expect(open).toEqual(['drafted', 'recommended', 'rejected']);
    expect(code(whyNotProve({ ...provable, state: 'standstill' }))).toBe('award.wrong-state');
  });

  test('once the board is complete', () => {
    expect(code(whyNotProve({ ...provable, board: null }))).toBe('board.not-found');
    expect(code(whyNotProve({ ...provable, board: 'solving' }))).toBe('board.solving');
  });

  test('only to an award that is proved to be the cheapest', () => {
    expect(whyNotProve({ ...provable, solverStatus: 'feasible' })).toMatchObject({
      code: 'award.not-proved',
      kind: 'conflict',
      facts: { solverStatus: 'feasible' },
    });
  });
});
