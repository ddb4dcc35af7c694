import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/**
 * The life of an award. Whoever changes what was recommended takes it back to a draft; whoever has it evaluated again
 * leaves this one superseded, so that every allocation that was ever proposed stays readable. What comes to nothing is
 * abandoned: by itself when it is a failed follow-up, and with its tender as long as nobody approved it.
 */
export const awardLifecycle = lifecycle('award', 'evaluating', {
  evaluating: { draft: 'drafted', fail: 'failed', abandon: 'abandoned' },
  failed: { 'evaluate-again': 'superseded', abandon: 'abandoned' },
  drafted: { edit: 'drafted', recommend: 'recommended', 'evaluate-again': 'superseded', abandon: 'abandoned' },
  recommended: {
    edit: 'drafted',
    approve: 'standstill',
    reject: 'rejected',
    'evaluate-again': 'superseded',
    abandon: 'abandoned',
  },
  rejected: { edit: 'drafted', 'evaluate-again': 'superseded', abandon: 'abandoned' },
  standstill: { 'end-standstill': 'final' },
  final: {},
  superseded: {},
  abandoned: {},
});

export type AwardState = StateOf<typeof awardLifecycle>;

/**
 * States of an award whose winners hold, or may come to hold, capacity and a share of the tender. What was rejected needs no
 * other evaluation to be recommended again.
 */
export const HOLDING: readonly AwardState[] = ['drafted', 'recommended', 'rejected', 'standstill', 'final'];

/** Those of them in which people have decided: others may rely on the lines. */
export const DECIDED: readonly AwardState[] = ['standstill', 'final'];

/** States of an award that nobody decides on any more: nothing further is worked out for it. */
export const OVER: readonly AwardState[] = ['superseded', 'abandoned'];
