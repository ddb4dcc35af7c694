import { lifecycle, type StateOf } from '../../kernel/lifecycle.js';

/**
 * The life of a framework agreement. It is issued when its award is approved, so that both parties can read it during
 * the standstill; either signs first. Whoever returns it takes every signature back: what is issued again is another
 * content.
 */
export const agreementLifecycle = lifecycle('agreement', 'issued', {
  issued: { 'sign-for-agency': 'signed-by-agency', 'sign-for-provider': 'signed-by-provider', return: 'returned' },
  'signed-by-agency': { 'sign-for-provider': 'signed', return: 'returned' },
  'signed-by-provider': { 'sign-for-agency': 'signed', return: 'returned' },
  returned: { issue: 'issued' },
  signed: { 'fall-through': 'fallen' },
  fallen: {},
});

export type AgreementState = StateOf<typeof agreementLifecycle>;

export type Party = 'agency' | 'provider';
