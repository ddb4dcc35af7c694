/** Who may sign, return, issue again or let fall a framework agreement, and what exactly is signed. */
import type { OrganisationKind, Role } from '../../kernel/actor.js';
import { nextState } from '../../kernel/lifecycle.js';
import { refuse, type Refusal } from '../../kernel/refusal.js';
import { agreementLifecycle, type AgreementState, type Party } from './lifecycle.js';

export interface Signable {
  readonly state: AgreementState;
  readonly agencyId: string;
  readonly providerId: string;
  readonly contentHash: string;
  /** of the present edition */
  readonly signatures: readonly { readonly party: Party; readonly personId: string }[];
}

export interface Signer {
  readonly personId: string | null;
  readonly organisationId: string | null;
  readonly organisationKind: OrganisationKind | null;
  readonly roles: readonly Role[];
}

/** For which party a person may act; null when for neither. */
export function partyOf(agreement: Pick<Signable, 'agencyId' | 'providerId'>, signer: Signer): Party | null {
  const { organisationId, roles } = signer;
  if (organisationId === agreement.providerId && roles.includes('bidder')) return 'provider';
  if (organisationId === agreement.agencyId && roles.includes('approver')) return 'agency';
  return null;
}

/** May this person know of the agreement? The agency's people may, and those of its own provider. */
export function mayRead(agreement: Pick<Signable, 'providerId'>, reader: Signer): boolean {
  return reader.organisationKind === 'agency' || reader.organisationId === agreement.providerId;
}

/**
 * @param seenHash the content hash that the signer read
 * @param standstill why nothing may be signed under the award, or null
 * @returns the refusal of a signature, or null
 */
export function whyNotSign(
  agreement: Signable,
  signer: Signer,
  seenHash: string,
  standstill: Refusal | null,
): Refusal | null {
  const party = partyOf(agreement, signer);
  if (party === null) return notAParty();
  if (standstill !== null) return standstill;
  if (agreement.signatures.some((signature) => signature.party === party)) {
    return refuse('agreement.signed-already', `The agreement is signed for the ${party} already.`, { party });
  }
  if (
    nextState(agreementLifecycle, agreement.state, party === 'agency' ? 'sign-for-agency' : 'sign-for-provider') ===
    null
  ) {
    return refuse('agreement.wrong-state', `An agreement that is ${agreement.state} cannot be signed.`, {
      state: agreement.state,
    });
  }
  if (agreement.signatures.some((signature) => signature.personId === signer.personId)) {
    return refuse('agreement.same-person', 'You signed for the other party; another person must sign for this one.', {
      kind: 'forbidden',
    });
  }
  if (seenHash !== agreement.contentHash) {
    return refuse(
      'agreement.changed',
      'What you saw is not the agreement as it is issued now. Read it again and sign its present content hash.',
      { kind: 'stale' },
    );
  }
  return null;
}

/** @returns the refusal of a return, or null */
export function whyNotReturn(agreement: Signable, signer: Signer): Refusal | null {
  if (partyOf(agreement, signer) === null) return notAParty();
  if (nextState(agreementLifecycle, agreement.state, 'return') !== null) return null;
  return refuse('agreement.wrong-state', `An agreement that is ${agreement.state} cannot be returned.`, {
    state: agreement.state,
  });
}

/** @returns the refusal to issue a returned agreement again, or null: another agency has no say in what it is to promise */
export function whyNotIssue(agreement: Pick<Signable, 'agencyId'>, issuer: Signer): Refusal | null {
  if (issuer.organisationId === agreement.agencyId && issuer.roles.includes('officer')) return null;
  return refuse(
    'agreement.not-a-party',
    'Only an officer of the agency that it names can issue this agreement again.',
    {
      kind: 'forbidden',
    },
  );
}

/**
 * @param secondEyes why this person may not let a winner fall out of the award, or null
 * @returns the refusal to let the winner fall, or null
 */
export function whyNotLetFall(agreement: Signable, signer: Signer, secondEyes: Refusal | null): Refusal | null {
  if (partyOf(agreement, signer) !== 'agency') return notAParty();
  if (nextState(agreementLifecycle, agreement.state, 'let-fall') !== null) return secondEyes;
  return refuse(
    'agreement.wrong-state',
    `An agreement that is ${agreement.state} cannot be let fall; only one that is not signed by both parties can.`,
    { state: agreement.state },
  );
}

function notAParty(): Refusal {
  return refuse(
    'agreement.not-a-party',
    'Only an approver of the agency and a bidder of the provider that it names can act on this agreement.',
    { kind: 'forbidden' },
  );
}
