import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/**
 * A tender is written, then published and from there on unchangeable, unless it is called off: cancelled until its
 * bidding ends, abandoned afterwards, when it came to nothing.
 */
export const tenderLifecycle = lifecycle('tender', 'draft', {
  draft: { edit: 'draft', publish: 'published', cancel: 'cancelled' },
  published: { cancel: 'cancelled', abandon: 'cancelled' },
  cancelled: {},
});

export type TenderState = StateOf<typeof tenderLifecycle>;
