import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/**
 * The life of a framework agreement. It is issued when its award is approved, so that both parties can read it during
 * the standstill; either signs first. Whoever returns it takes every signature back: what is issued again is another
 * content. A winner that does not sign can be let fall; what both signed falls through only when members accept too
 * little.
 */
export const agreementLifecycle = lifecycle('agreement', 'issued', {
  issued: {
    'sign-for-agency': 'signed-by-agency',
    'sign-for-provider': 'signed-by-provider',
    return: 'returned',
    'let-fall': 'fallen',
  },
  'signed-by-agency': { 'sign-for-provider': 'signed', return: 'returned', 'let-fall': 'fallen' },
  'signed-by-provider': { 'sign-for-agency': 'signed', return: 'returned', 'let-fall': 'fallen' },
  returned: { issue: 'issued', 'let-fall': 'fallen' },
  signed: { 'fall-through': 'fallen' },
  fallen: {},
});

export type AgreementState = StateOf<typeof agreementLifecycle>;

export type Party = 'agency' | 'provider';
