/** The lives of an offer, and of the round in which all offers of an agreement are answered. */
import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/**
 * made: it waits for the member. accepted: the member agreed to the at-most price or more, so it takes part whatever
 * the others do. standing: it takes part if the price falls to its limit. Until the deadline the member may change its
 * mind. At the settlement, what is agreed becomes settled or, its limit being below the price, priced-out.
 */
export const offerLifecycle = lifecycle('offer', 'made', {
  made: { accept: 'accepted', stand: 'standing', decline: 'declined', lapse: 'lapsed' },
  standing: {
    accept: 'accepted',
    stand: 'standing',
    decline: 'declined',
    settle: 'settled',
    'price-out': 'priced-out',
    lapse: 'lapsed',
  },
  accepted: { accept: 'accepted', stand: 'standing', decline: 'declined', settle: 'settled', lapse: 'lapsed' },
  declined: { accept: 'accepted', stand: 'standing', decline: 'declined' },
  settled: {},
  'priced-out': {},
  lapsed: {},
});

export type OfferState = StateOf<typeof offerLifecycle>;

/** open: offers are answered. fallen: fewer lines were agreed than the provider's least; the award falls through. */
export const roundLifecycle = lifecycle('round', 'open', {
  open: { settle: 'settled', fall: 'fallen' },
  settled: {},
  fallen: {},
});

export type RoundState = StateOf<typeof roundLifecycle>;
