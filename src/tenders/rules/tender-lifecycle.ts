import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/** A tender is written, then published and from there on unchangeable, unless it is called off. */
export const tenderLifecycle = lifecycle('tender', 'draft', {
  draft: { edit: 'draft', publish: 'published', cancel: 'cancelled' },
  published: { cancel: 'cancelled' },
  cancelled: {},
});

export type TenderState = StateOf<typeof tenderLifecycle>;
